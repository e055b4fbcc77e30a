import { MotionInputError } from './error.js';

/** Corner of the high-pass: below any voice. */
const CORNER_HZ = 20;

/**
 * Makes what a caller pushes fit for models: refuses samples that are no numbers, clips loud ones to [-1, 1] as a sound
 * card would, and takes out a constant offset (one-pole high-pass at 20 Hz that starts at the first sample, so that an
 * offset from the start makes no click).
 */
export class Conditioner {
  readonly #rate: number;
  #offset: number | undefined;

  constructor(sampleRate: number) {
    this.#rate = 1 - Math.exp((-2 * Math.PI * CORNER_HZ) / sampleRate);
  }

  reset(): void {
    this.#offset = undefined;
  }

  /** A conditioned copy. Throws MotionInputError `invalidSamples`, and then has taken nothing. */
  push(samples: Float32Array): Float32Array {
    if (!areFinite(samples)) throw new MotionInputError('invalidSamples', 'audio holds NaN or infinite samples; send finite ones');
    const clean = new Float32Array(samples.length);
    const rate = this.#rate;
    let offset = this.#offset ?? clip(samples[0] ?? 0);
    for (let i = 0; i < samples.length; i++) {
      const sample = clip(samples[i]!);
      offset += (sample - offset) * rate;
      clean[i] = sample - offset;
    }
    if (samples.length > 0) this.#offset = offset;
    return clean;
  }
}

/** What is no number makes the sum none. */
function areFinite(samples: Float32Array): boolean {
  let zero = 0;
  for (let i = 0; i < samples.length; i++) zero += samples[i]! * 0;
  return zero === 0;
}

function clip(sample: number): number {
  return sample > 1 ? 1 : sample < -1 ? -1 : sample;
}
