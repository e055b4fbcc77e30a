/** Turns speech into text, an utterance at a time. */
export interface Recogniser {
  /**
   * What is said in `samples`: 16 kHz, mono, -1..1; at most 30 s, of longer ones the last 30 s. Empty where nothing is.
   * Rejects as a `WorkerQueue` does.
   */
  transcribe(samples: Float32Array, signal?: AbortSignal): Promise<string>;
  dispose(): Promise<void>;
}

/** The part of it that others may use. */
export type Transcriber = Pick<Recogniser, 'transcribe'>;
