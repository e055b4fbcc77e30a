import type { VisavisError } from '@visavis/protocol/errors';
import type { AudioOutput } from '../audio/index.js';
import type { Caption, Presence } from '../timeline/index.js';

/** `failed` is final; `connecting` covers reconnecting. */
export type ConnectionState = 'disconnected' | 'connecting' | 'connected' | 'failed';

/** Audio as the backend sent it. */
export type DownlinkAudio =
  /** A Motion Server message with encoded audio, untouched. */
  | { readonly kind: 'envelope'; readonly bytes: Uint8Array }
  /** s16le mono. */
  | { readonly kind: 'pcm'; readonly bytes: Uint8Array; readonly sampleRate: number };

/** A piece of what the microphone hears: one Opus packet, or s16le mono at 16 kHz. */
export interface MicrophonePiece {
  readonly codec: 'opus' | 'pcm';
  readonly bytes: Uint8Array;
}

/** What a transport hands its messages to: the controller. */
export interface TransportSink {
  handleState(state: ConnectionState): void;
  /** A new request begins: its conversation's id, or null where it cannot be played. Cuts what still plays. */
  openConversation(): string | null;
  /** `end` marks the request's last audio. */
  handleAudio(conversationId: string, audio: DownlinkAudio, end: boolean): void;
  /** A Motion Server message, untouched; `end` marks the request's last motion. */
  handleMotion(conversationId: string, envelope: Uint8Array, end: boolean): void;
  /** `hold` fades out and keeps everything, `resume` goes on, `flush` cuts for good. */
  handleControl(action: 'hold' | 'resume' | 'flush'): void;
  /** The backend's stream began anew: nothing more comes of what plays, and what is there may be heard out. */
  handleStreamLost(): void;
  handleCaption(caption: Caption): void;
  handlePresence(presence: Presence): void;
  handleError(error: VisavisError): void;
}

export interface ReportedPosition {
  readonly conversationId: string;
  readonly playedMs: number;
  readonly state: 'playing' | 'paused' | 'stalled';
}

export interface ReportedEnd {
  readonly conversationId: string;
  readonly playedMs: number;
  readonly interrupted: boolean;
}

/**
 * What carries a backend's messages to the client and its reports back. Only a transport knows the backend's request
 * ids; everyone else speaks of conversations.
 */
export interface Transport {
  readonly state: ConnectionState;
  /** Bytes received since it was made. */
  readonly bytesReceived: number;
  /** Where sound is heard while this transport is connected, for one that brings its own. Default: the controller's. */
  readonly output?: AudioOutput;
  /** Takes the user's voice by itself, as a track of a room: `sendMicrophone` is then not called. Rejects as `MicrophoneDevice.open`. */
  readonly ownMicrophone?: { start(): Promise<void>; stop(): void };
  /** Connects and hands everything to `sink` until closed. Resolves at the first welcome, rejects when it gives up. */
  connect(sink: TransportSink): Promise<void>;
  /** What the user typed. Throws `networkLayerNotAvailable` while not connected. */
  sendText(text: string): void;
  /** The user cut in; what the backend sent before it knows is dropped. */
  interrupt(reason: string): void;
  /** The next piece of the microphone. Dropped where it cannot be sent now: what is said late is of no use. */
  sendMicrophone(piece: MicrophonePiece): void;
  reportPosition(position: ReportedPosition): void;
  reportFinished(end: ReportedEnd): void;
  /** Leaves for good. */
  close(): void;
}
