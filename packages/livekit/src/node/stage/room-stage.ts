import type { PlaybackPosition, ServerBodies } from '@visavis/protocol/downlink';
import type { VisavisError } from '@visavis/protocol/errors';
import type { Subscribe } from '@visavis/protocol/listeners';
import type { SpeechEnvelope, SpeechMessage } from '../speech.js';
import type { FinishedReport } from './reports.js';

export type PresenceName = 'idle' | 'listening' | 'thinking' | 'speaking';

/** Words with times; `role` is 'user' or 'avatar'. */
export type TranscriptLine = ServerBodies['transcript'] & { readonly role: 'user' | 'avatar' };

/** What a viewer's microphone heard: the next piece of one stream. */
export interface MicrophonePcm {
  /** s16le mono at 16 kHz. */
  readonly pcm: Uint8Array;
  /** Always false: the room fills what it loses. */
  readonly isFilled: boolean;
}

export interface StageClose {
  /** 1000 where it was asked to leave, 1011 where the room would not have it any more. */
  readonly code: number;
  /** Empty, or the code of the error that ended it. */
  readonly reason: string;
}

/**
 * One avatar in one room. Everything may be called at any time; while its publisher is being replaced it waits, and after the
 * close it does nothing. What it offers is what a relay's client offers, so that the same backend drives either.
 */
export interface RoomStage {
  /** Identity of the avatar in the room. */
  readonly id: string;
  readonly avatarId: string;
  /** What packets carry; `flush` raises it. */
  readonly epoch: number;
  /** Whether there is a track in the room just now. */
  readonly connected: boolean;
  readonly closed: boolean;
  /** Identity of the viewer that reports what it hears: the first that said anything and is still there. */
  readonly viewer: string | undefined;
  /** Process id of the publisher now; undefined while there is none. */
  readonly publisherPid: number | undefined;

  /** What a viewer typed: 1..4,000 characters. */
  readonly onText: Subscribe<string>;
  /** A viewer cut in. */
  readonly onInterrupt: Subscribe<string>;
  /** The microphone of a participant that is listened to. */
  readonly onMicrophone: Subscribe<MicrophonePcm>;
  readonly onPlaybackPosition: Subscribe<PlaybackPosition>;
  /** Exactly once for every request: as the viewer heard it, or where there is none by what has left. */
  readonly onPlaybackFinished: Subscribe<FinishedReport>;
  /** What went wrong and is being mended: the publisher was lost, a message could not be read. */
  readonly onError: Subscribe<VisavisError>;
  /** Once, last. */
  readonly onClose: Subscribe<StageClose>;
  /** The viewer that leads has changed; undefined: there is none. */
  readonly onViewer: Subscribe<string | undefined>;
  /** The utterance's first sound leaves for the room. */
  readonly onPlaybackStarted: Subscribe<{ readonly reqId: string }>;

  sendAudio(message: SpeechMessage): void;
  sendMotion(message: SpeechEnvelope): void;
  /** Silence at once; returns the new epoch. */
  flush(): number;
  /** Stops where it is and keeps everything. Follow with `resume` or `flush`. */
  hold(): void;
  resume(): void;
  transcript(line: TranscriptLine): void;
  presence(state: PresenceName): void;
  /** Tells the viewers. */
  error(error: VisavisError): void;
  /** Calls a method of a participant, once, whatever it answers; by the next publisher where one is lost meanwhile. What fails comes by `onError`. */
  call(to: string, method: string, payload: string): void;
  /** Leaves the room; resolves when it has. */
  close(): Promise<void>;
}
