import type { AvOffset } from './av-offset.js';

/** A stretch without sound or without motion while the utterance should be heard. */
export interface Gap {
  readonly kind: 'audio' | 'motion';
  /** In the recording, and in the utterance; milliseconds. As fine as the frames are. */
  readonly atMs: number;
  readonly playedMs: number;
  readonly durationMs: number;
}

/** What became of one request. Times in milliseconds of the recording unless said otherwise. */
export interface UtteranceReport {
  readonly reqId: string;
  readonly firstMessageMs: number;
  /** From the first message to the start rule met; undefined where it never was. */
  readonly startDelayMs: number | undefined;
  /** Speech received, and heard. */
  readonly audioMs: number;
  readonly heardMs: number;
  readonly motionFrames: number;
  /** `unfinished`: the recording ends before it does. */
  readonly end: 'finished' | 'interrupted' | 'unfinished';
  /** Undefined where there is too little speech, or mouth and sound have nothing in common. */
  readonly avOffset: AvOffset | undefined;
  readonly gaps: readonly Gap[];
  /** Motion messages that came after all of their time was heard. */
  readonly lateMotion: number;
  /** Messages the client did not take: of an older epoch, of a request that was over, repeated after a cut. */
  readonly droppedAudio: number;
  readonly droppedMotion: number;
}

export interface InterruptReport {
  readonly atMs: number;
  /** Who cut in: the client (its `interrupt`), or the backend (a flush nobody here asked for). */
  readonly by: 'client' | 'backend';
  /** Until the backend's flush came; undefined where none did. */
  readonly flushedAfterMs: number | undefined;
  /** Until the sound was cut; undefined where nothing was heard. The fade of 8 ms comes on top. */
  readonly silentAfterMs: number | undefined;
}

export interface SessionError {
  readonly atMs: number;
  readonly code: string;
  readonly message: string;
}

/** Whole downlink messages, without WebSocket and TLS framing. */
export interface ByteReport {
  readonly audio: number;
  readonly motion: number;
  readonly other: number;
  /** From the client. */
  readonly up: number;
  /** Received speech, in seconds, and what a second of it cost; undefined without speech. */
  readonly speechSeconds: number;
  readonly audioPerSecond: number | undefined;
  readonly motionPerSecond: number | undefined;
}

/** What the recorded client said of its own playback: its device had troubles that a replay has not. */
export interface ToldReport {
  readonly stalls: number;
  readonly finished: number;
  readonly interrupted: number;
}

export interface ReplayReport {
  /** ISO 8601, or ''. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly connections: number;
  readonly messages: { readonly in: number; readonly out: number };
  /** Poses shown. */
  readonly frames: number;
  readonly utterances: readonly UtteranceReport[];
  readonly interrupts: readonly InterruptReport[];
  readonly errors: readonly SessionError[];
  readonly bytes: ByteReport;
  readonly told: ToldReport;
  /** In sentences: that the file is cut off, that the recorder stopped by itself. */
  readonly notes: readonly string[];
}
