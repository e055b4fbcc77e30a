import { Blocks } from '../speech/pcm.js';

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
  readonly #steps: Blocks;
  readonly #levels: number[] = [];

  constructor(sampleRate: number) {
    this.#steps = new Blocks(Math.round((sampleRate * LEVEL_STEP_MS) / 1000));
  }

  push(samples: Int16Array): void {
    for (const step of this.#steps.push(samples)) this.#levels.push(levelOf(step));
  }

  /** The level at a time of the sound, dBFS; silence before its start and after its end. */
  at(ms: number): number {
    return this.#levels[Math.floor(ms / LEVEL_STEP_MS)] ?? SILENT_DB;
  }
}
