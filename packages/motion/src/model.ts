import type { Expression, SpeechTimes } from './expression/index.js';

/**
 * What turns speech into poses: the seam between the engine and the signal model, or a trained network.
 * A model is shared by many streams (it may hold weights and batch their work); a stream is one utterance's state.
 */
export interface MotionModel {
  /** Name and version, for logs and reports. */
  readonly id: string;
  /** What a stream takes: mono at this rate. */
  readonly sampleRate: 16000;
  /** Poses per second. Pose k is to be seen while the audio at k / poseRateHz seconds is heard. */
  readonly poseRateHz: number;
  /** How much audio after its own time a pose may need, in milliseconds. */
  readonly lookaheadMs: number;
  open(options?: StreamOptions): MotionStream;
  /** Frees what the streams share; close them first. */
  dispose(): void | Promise<void>;
}

/** What is known of an utterance before its audio. A model uses what it can. */
export interface StreamOptions {
  /** Checked; times are of the utterance. */
  readonly expression: Expression;
  /** Time of the stream's first sample in the utterance, milliseconds: over 0 where one is resumed. */
  readonly originMs: number;
}

/**
 * One utterance on its way through a model. There is one `pull` at a time; every other call may come while it is pending,
 * and what is pushed or flushed then counts for the next pull.
 */
export interface MotionStream {
  /** Takes the next samples: finite, nominally in [-1, 1], without offset. They are only valid during the call. */
  push(samples: Float32Array): void;
  /**
   * The poses that became ready since the last pull, in order: the 58 values of a pose each, owned by the caller.
   * The poses are the same for any chunking of the same samples. May be a promise, so that work can be batched.
   */
  pull(): Float32Array[] | Promise<Float32Array[]>;
  /**
   * More of what is known of the utterance, checked; it adds to what was known before. Poses given already stay what they
   * were. A model that can use none leaves it out.
   */
  tell?(times: SpeechTimes): void;
  /** Ends the audio: the next pull gives every pose k left with k / poseRateHz before the end. */
  flush(): void;
  /** Back to the state of a new stream. A pull pending then must settle; its result is discarded. */
  reset(): void;
  /** Frees the stream's state; nothing is called after it. */
  close(): void;
}
