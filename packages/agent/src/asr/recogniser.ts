/** What was said. */
export interface Transcript {
  /** Empty where nothing was. */
  readonly text: string;
  /** How likely its beginning is right, 0..1; 1 where that is not told. */
  readonly confidence: number;
}

/** Plugins say 0, or nothing, where a provider tells none. */
export function toldConfidence(confidence = 0): number {
  return confidence > 0 ? confidence : 1;
}

/** Turns speech into text, an utterance at a time. */
export interface Recogniser {
  /**
   * What is said in `samples`: 16 kHz, mono, -1..1; at most 30 s, of longer ones the last 30 s.
   * Rejects as a `WorkerQueue` does.
   */
  transcribe(samples: Float32Array, signal?: AbortSignal): Promise<Transcript>;
  dispose(): Promise<void>;
}

/** The part of it that others may use. */
export type Transcriber = Pick<Recogniser, 'transcribe'>;
