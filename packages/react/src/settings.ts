import type {
  ActiveCaption, Avatar, AvatarController, AvatarManager, AvatarViewOptions, ConnectionState, ConversationState, FrameStarvationMode,
  PlaybackPosition, PlaybackResult, Presence, Ticket, Transport, VisavisError,
} from '@visavis/client';
import type { AvatarHandle } from './handle.js';

/** What happens, told as it happens. The functions of the latest render are called; they may change freely. */
export interface AvatarEvents {
  /** The avatar was first drawn; again after another one took its place. */
  readonly onReady?: ((avatar: AvatarHandle) => void) | undefined;
  /** Everything that goes wrong, final or not: loading, drawing, sound, the connection. */
  readonly onError?: ((error: VisavisError) => void) | undefined;
  readonly onConversationState?: ((state: ConversationState) => void) | undefined;
  readonly onConnectionState?: ((state: ConnectionState) => void) | undefined;
  readonly onPresence?: ((presence: Presence) => void) | undefined;
  readonly onCaption?: ((caption: ActiveCaption) => void) | undefined;
  /** Sound or motion ran short while playing. */
  readonly onPlaybackStall?: (() => void) | undefined;
  readonly onPlaybackPosition?: ((position: PlaybackPosition) => void) | undefined;
  readonly onPlaybackFinished?: ((result: PlaybackResult) => void) | undefined;
}

/** How the picture is made. `maxHeight`, `frameRate` and `idleCamera` are read when an avatar has been loaded, the others at any time. */
export type AvatarLook = Partial<{ [K in 'quality' | 'background' | 'framing' | 'maxHeight' | 'frameRate' | 'idleCamera']: AvatarViewOptions[K] | undefined }>;

/** How the avatar hears from the backend. Without either it is shown and may be fed through its controller. */
export interface AvatarConnection {
  /** Asks your backend for a ticket to its relay; called for every connection. */
  readonly getTicket?: (() => Promise<Ticket>) | undefined;
  /** Any other carrier; called for every connection, and must return a new transport each time. */
  readonly createTransport?: ((avatar: Avatar) => Transport) | undefined;
  /** Connects anew when it changes; new functions alone do not. */
  readonly connectionKey?: string | number | undefined;
}

/** What an application may ask of an avatar; everything but its id may be left out and may change at any time. */
export interface AvatarSettings extends AvatarEvents, AvatarLook, AvatarConnection {
  /** An id that the manager looks up, or a manifest's URL. */
  readonly avatarId: string;
  /** Where avatars come from; asked at the next load. Default `AvatarManager.shared`. */
  readonly manager?: Pick<AvatarManager, 'load'> | undefined;
  /** 0..1. Default 1. */
  readonly volume?: number | undefined;
  readonly muted?: boolean | undefined;
  /** What the avatar does while it does not speak. Default: what the backend says. */
  readonly presence?: Presence | undefined;
  /** What happens when motion runs short. Default `audioIndependent`. */
  readonly frameStarvationMode?: FrameStarvationMode | undefined;
  /** The first tap or key on the page unlocks sound. Default true. */
  readonly unlockOnGesture?: boolean | undefined;
  /** For a sound device or a decoder of your own; called once per mount. Default: by the configuration of `AvatarSDK`. */
  readonly createController?: (() => AvatarController) | undefined;
}
