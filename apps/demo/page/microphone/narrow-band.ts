/** Whether speech comes over a telephone-quality line: the 8 kHz that a Bluetooth headset falls back to while its microphone is on. */

/** Such a line has nothing above 4 kHz; the filter needs room to fall. */
const EDGE_HZ = 5_200;
/** A piece louder than this is speech, RMS. */
const SPEECH = 0.02;
/** So much speech is listened to before anything is said, milliseconds. */
const LISTEN_MS = 3_000;
/** Of a wide line some piece of so much speech, an s or a t, has more than this share of its energy above the edge: of recorded speech 0.02, and 0.0004 of the same at 8 kHz. */
const LEAST_SHARE = 0.002;

export class NarrowBand {
  readonly #sampleRate: number;
  readonly #filter: HighPass[];
  #speechMs = 0;
  #isWide: boolean;
  #isTold = false;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
    // A capture at a low rate cannot be told by what lies above it.
    this.#isWide = sampleRate < 2.4 * EDGE_HZ;
    this.#filter = [0, 1, 2, 3].map(() => new HighPass(EDGE_HZ / sampleRate));
  }

  /** Takes samples in order, a piece of some milliseconds at a time. True once, where the line is found to be narrow. */
  push(samples: Float32Array): boolean {
    if (this.#isWide || this.#isTold) return false;
    const energy = energyOf(samples);
    const high = energyOf(this.#filter.reduce((signal, filter) => filter.run(signal), samples));
    if (energy < SPEECH * SPEECH * samples.length) return false;
    this.#speechMs += (samples.length * 1_000) / this.#sampleRate;
    this.#isWide = high > LEAST_SHARE * energy;
    this.#isTold = !this.#isWide && this.#speechMs >= LISTEN_MS;
    return this.#isTold;
  }
}

function energyOf(samples: Float32Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return energy;
}

/** Second order, Butterworth; `edge` is a share of the sample rate. */
class HighPass {
  readonly #a1: number;
  readonly #a2: number;
  readonly #gain: number;
  readonly #memory = new Float64Array(2);

  constructor(edge: number) {
    const w = Math.tan(Math.PI * edge);
    const norm = 1 / (1 + Math.SQRT2 * w + w * w);
    this.#gain = norm;
    this.#a1 = 2 * (w * w - 1) * norm;
    this.#a2 = (1 - Math.SQRT2 * w + w * w) * norm;
  }

  run(samples: Float32Array): Float32Array {
    const memory = this.#memory;
    return samples.map((sample) => {
      const state = sample - this.#a1 * memory[0]! - this.#a2 * memory[1]!;
      const out = this.#gain * (state - 2 * memory[0]! + memory[1]!);
      memory[1] = memory[0]!;
      memory[0] = state;
      return out;
    });
  }
}
