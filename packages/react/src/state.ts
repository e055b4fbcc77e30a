import type { ActiveCaption, AudioState, Caption, ConnectionState, ConversationState, Presence, VisavisError } from '@visavis/client';

/** `ready` from the first picture on; `failed` when none will come, although sound may. */
export type AvatarStatus = 'loading' | 'ready' | 'failed';

/** What an avatar on the page is doing. The object changes only when something in it does. */
export interface AvatarState {
  readonly status: AvatarStatus;
  /** Share of the download, 0..1. */
  readonly progress: number;
  /** Why `status` is `failed`. */
  readonly error: VisavisError | undefined;
  readonly conversation: ConversationState;
  readonly presence: Presence;
  readonly connection: ConnectionState;
  /** `locked`: nothing is heard before the user taps the page. */
  readonly audio: AudioState;
}

/** What is said. Either is undefined while there is nothing to show. */
export interface AvatarCaptions {
  /** What the avatar is saying, with the word being heard. */
  readonly avatar: ActiveCaption | undefined;
  /** What the user said last, as the backend understood it. */
  readonly user: Caption | undefined;
}

/** Before anything is on the page, and on the server. */
export const INITIAL_STATE: AvatarState = {
  status: 'loading', progress: 0, error: undefined,
  conversation: 'idle', presence: 'idle', connection: 'disconnected', audio: 'uninitialized',
};

export const NO_CAPTIONS: AvatarCaptions = { avatar: undefined, user: undefined };
