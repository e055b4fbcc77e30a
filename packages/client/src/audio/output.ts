import type { VisavisError } from '@visavis/protocol/errors';
import type { PlaybackClock } from '../timeline/index.js';

/**
 * Whether sound can be heard: `locked` waits for a gesture of the user (the browser's autoplay policy) or for the
 * system to give the device back, `failed` has no audio at all.
 */
export type AudioState = 'uninitialized' | 'locked' | 'running' | 'failed' | 'closed';

/** One utterance's way to the speaker. Begins held; its clock is the position heard. */
export interface OutputStream extends PlaybackClock {
  /** Samples per second that `write` takes. */
  readonly sampleRate: number;
  /** The newest single reading of the position heard, in milliseconds: what `now` smooths. */
  readonly measuredMs: number;
  /** Audio written so far, in milliseconds. */
  readonly writtenMs: number;
  /** Audio written and not yet rendered, in milliseconds. */
  readonly aheadMs: number;
  /** From being rendered to being heard, in milliseconds, as far as is known. */
  readonly latencyMs: number;
  /** True while what is heard moves on. */
  readonly isHeard: boolean;
  /** True when it ran out of samples although more are to come. */
  readonly isStarved: boolean;
  /** True when all of it has been heard, and the end is known. */
  readonly isFinished: boolean;
  /** Its sound is made elsewhere, as in a room: nothing is written, it is heard when it comes, and cannot be made to wait. */
  readonly runsByItself?: boolean;
  /** Called as samples are rendered, tens of times a second while sound runs, in hidden tabs too. */
  onProgress: (() => void) | undefined;
  /** What must be there again before it goes on when it ran out, in milliseconds. */
  refillMs: number;
  /** Mono samples in [-1, 1]; the array changes hands. */
  write(samples: Float32Array): void;
  /** No more samples will come. */
  end(): void;
  /** Plays, or fades out within 8 ms and keeps what is there. */
  run(on: boolean): void;
  /** Fades out within 8 ms and drops the rest, for good. */
  cut(): void;
}

/** Where utterances are played. The browser's is `WorkletOutput`; tests have one turned by hand. */
export interface AudioOutput {
  readonly state: AudioState;
  onState: ((state: AudioState) => void) | undefined;
  onError: ((error: VisavisError) => void) | undefined;
  /** 0..1. */
  volume: number;
  muted: boolean;
  /** Makes the device ready and unlocks it if it may; call it in a gesture of the user. Resolves with the state reached. */
  unlock(): Promise<AudioState>;
  /** A stream for the next utterance, or undefined where there is no audio. */
  open(): OutputStream | undefined;
  dispose(): Promise<void>;
}
