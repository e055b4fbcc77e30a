/** One level for so much sound, milliseconds. */
export const LEVEL_STEP_MS = 20;
/** What silence counts as, dBFS. */
export const SILENT_DB = -120;

/** RMS of s16 samples in dBFS. */
export function levelOf(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum === 0 ? SILENT_DB : 10 * Math.log10(sum / samples.length) - 20 * Math.log10(32_768);
}

/** How loud a stretch of sound is over time: one level for each 20 ms, so an hour costs about a megabyte. */
export class Loudness {
  readonly #stepSamples: number;
  readonly #levels: number[] = [];
  readonly #open: Int16Array;
  #filled = 0;

  constructor(sampleRate: number) {
    this.#stepSamples = Math.round((sampleRate * LEVEL_STEP_MS) / 1000);
    this.#open = new Int16Array(this.#stepSamples);
  }

  push(samples: Int16Array): void {
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + this.#stepSamples - this.#filled);
      this.#open.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#stepSamples) return;
      this.#levels.push(levelOf(this.#open));
      this.#filled = 0;
    }
  }

  /** The level at a time of the sound, dBFS; silence before its start and after its end. */
  at(ms: number): number {
    return this.#levels[Math.floor(ms / LEVEL_STEP_MS)] ?? SILENT_DB;
  }
}
