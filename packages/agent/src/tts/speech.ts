import type { Pcm } from '@visavis/motion';

/** A word or sound and when it is heard, in milliseconds from the start of its audio. */
export interface TimedText {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** One clause, spoken. */
export interface Speech {
  readonly pcm: Pcm;
  /** The clause's words; estimated where the voice does not know. */
  readonly words: readonly TimedText[];
  /** IPA or ARPAbet, where the voice knows: they make the closures of the mouth exact. */
  readonly phonemes: readonly TimedText[];
}

/** Turns text into speech, clause by clause. */
export interface Voice {
  /** Of all its speech, in Hz. */
  readonly sampleRate: number;
  /**
   * Mono speech of one clause. Rejects with the signal's reason once it aborts, with `upstreamError` where the voice
   * fails, with `queueFull` where 64 clauses wait, or with `invalidState` once disposed.
   */
  synthesise(text: string, signal?: AbortSignal): Promise<Speech>;
  dispose(): Promise<void>;
}
