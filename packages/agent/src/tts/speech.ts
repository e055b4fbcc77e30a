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
export interface Speaker {
  /** Of all its speech, in Hz. */
  readonly sampleRate: number;
  /**
   * Mono speech of one clause. Rejects with the signal's reason once it aborts, with `upstreamError` where the voice
   * fails, with `queueFull` where 64 clauses wait, or with `invalidState` once disposed.
   */
  synthesise(text: string, signal?: AbortSignal): Promise<Speech>;
}

/** A speaker with an engine of its own. */
export interface Voice extends Speaker {
  dispose(): Promise<void>;
}

/** An engine that several conversations share: one worker, one copy of the model, every voice. */
export interface VoiceEngine<Name extends string> {
  /** `speed`: factor, 0.5..2. */
  speaker(name: Name, speed?: number): Speaker;
  dispose(): Promise<void>;
}
