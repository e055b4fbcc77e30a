import type { Hello, PlaybackPosition, PlaybackFinished, Mic, ServerBodies } from '@visavis/protocol/downlink';
import type { VisavisError } from '@visavis/protocol/errors';
import type { Subscribe } from '@visavis/protocol/listeners';
import type { MicrophonePcm } from '../microphone/reader.js';
import type { EnvelopeMessage, SpeechMessage } from '../speech.js';

export type PresenceName = 'idle' | 'listening' | 'thinking' | 'speaking';

/** Words with times; `role` is 'user' or 'avatar'. */
export type TranscriptLine = ServerBodies['transcript'] & { readonly role: 'user' | 'avatar' };

export type FinishedReport = Pick<PlaybackFinished, 'reqId' | 'playedMs' | 'interrupted'>;

export interface ClientClose {
  /** WebSocket close code of its last connection; 1006 where there was no close frame. */
  readonly code: number;
  readonly reason: string;
}

/**
 * One client and its avatar stream. A connection that is cut is no event here: the stream waits for its client, which goes
 * on with what it lacks, and what is sent meanwhile waits for it. Listeners must be added synchronously in `onClient`: nothing is kept for later ones.
 * Everything may be called at any time; after the close it does nothing.
 */
export interface RelayClient {
  readonly id: string;
  /** The avatar its ticket is for. */
  readonly avatarId: string;
  /** What the ticket it came with says of whom it is for; empty where that says nothing. */
  readonly subject: string;
  /** Its first, without its secrets: `ticket` and `resumeToken` are empty. */
  readonly hello: Hello;
  /** What packets carry; `flush` raises it. */
  readonly epoch: number;
  /** Whether there is a connection just now. */
  readonly connected: boolean;
  /** It has left, or did not come back in time: nothing reaches it any more. */
  readonly closed: boolean;
  /** Bytes that wait for this client. */
  readonly waitingBytes: number;
  /** Motion messages it was too slow for. */
  readonly droppedMotion: number;

  /** What the user typed: 1..4,000 characters. */
  readonly onText: Subscribe<string>;
  /** The user cut in; the reason as the client put it. */
  readonly onInterrupt: Subscribe<string>;
  /** A piece of the microphone as it was sent, at most 16 KiB. */
  readonly onMic: Subscribe<Mic>;
  /** The same, decoded: what the user says as PCM, s16le mono at 16 kHz, in order, short gaps filled with silence. */
  readonly onMicrophone: Subscribe<MicrophonePcm>;
  readonly onPlaybackPosition: Subscribe<PlaybackPosition>;
  /** Exactly once for every request that speech was sent of; ahead of `onClose` where the client left in the middle. */
  readonly onPlaybackFinished: Subscribe<FinishedReport>;
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
  /** Ends the stream and closes the connection (1000 unless told otherwise); resolves when it is closed. */
  close(code?: number, reason?: string): Promise<void>;
}
