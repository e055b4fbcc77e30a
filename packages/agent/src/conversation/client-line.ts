import type { RelayClient } from '@visavis/server-sdk';

/** What a conversation needs of its client: a `RelayClient` is one, and a stage in a LiveKit room can be. */
export type ClientLine = Pick<
  RelayClient,
  | 'id' | 'avatarId' | 'epoch' | 'closed'
  | 'onText' | 'onInterrupt' | 'onMicrophone' | 'onPlaybackPosition' | 'onPlaybackFinished' | 'onClose'
  | 'sendAudio' | 'sendMotion' | 'flush' | 'hold' | 'resume' | 'transcript' | 'presence' | 'error'
>;
