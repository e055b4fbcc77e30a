import type { Hello, PlaybackPosition, PlaybackFinished, Mic, ServerBodies } from '@visavis/protocol/downlink';
import type { VisavisError } from '@visavis/protocol/errors';
import type { Subscribe } from '../listeners.js';
import type { EnvelopeMessage, SpeechMessage } from '../speech.js';

export type PresenceName = 'idle' | 'listening' | 'thinking' | 'speaking';

/** Words with times; `role` is 'user' or 'avatar'. */
export type TranscriptLine = ServerBodies['transcript'] & { readonly role: 'user' | 'avatar' };

export interface ClientClose {
  /** WebSocket close code; 1006 where there was no close frame. */
  readonly code: number;
  readonly reason: string;
}

/**
 * One connected client. Listeners must be added synchronously in `onClient`: nothing is kept for later ones.
 * Everything may be called at any time; after the close it does nothing.
 */
export interface RelayClient {
  readonly id: string;
  /** The avatar its ticket is for. */
  readonly avatarId: string;
  readonly hello: Hello;
  /** What packets carry; `flush` raises it. */
  readonly epoch: number;
  readonly closed: boolean;
  /** Bytes that wait for this client. */
  readonly waitingBytes: number;
  /** Motion messages it was too slow for. */
  readonly droppedMotion: number;

  /** What the user typed: 1..4,000 characters. */
  readonly onText: Subscribe<string>;
  /** The user cut in; the reason as the client put it. */
  readonly onInterrupt: Subscribe<string>;
  /** A piece of the microphone, at most 16 KiB. */
  readonly onMic: Subscribe<Mic>;
  readonly onPlaybackPosition: Subscribe<PlaybackPosition>;
  readonly onPlaybackFinished: Subscribe<PlaybackFinished>;
  /** Once, last. */
  readonly onClose: Subscribe<ClientClose>;

  /** PCM is cut into pieces of 32 KiB, so that a flush has something to take back. */
  sendAudio(message: SpeechMessage): void;
  sendMotion(message: EnvelopeMessage): void;
  /** Takes back all speech that has not left, has the client forget the rest, and returns the new epoch. */
  flush(): number;
  /** Fades the client out; it keeps what it has. Follow with `resume` or `flush` within 600 ms. */
  hold(): void;
  resume(): void;
  transcript(line: TranscriptLine): void;
  presence(state: PresenceName): void;
  error(error: VisavisError): void;
  /** Closes the connection (1000 unless told otherwise); resolves when it is closed. */
  close(code?: number, reason?: string): Promise<void>;
}
