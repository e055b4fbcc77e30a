import { ARKIT_NAMES, CHANNEL, WEIGHT_COUNT } from '@visavis/face';
import { PLAIN_SHAPING, type FaceShaping } from '@visavis/protocol/avatar';

/** Turns the weights of a pose into the weights of one face. Built once for a rig; `shape` allocates nothing. */
export class FaceShaper {
  /** The result of the last `shape`. */
  readonly weights = new Float32Array(WEIGHT_COUNT);
  readonly #gains = new Float32Array(WEIGHT_COUNT).fill(1);
  readonly #ceilings = new Float32Array(WEIGHT_COUNT);
  readonly #couplings: readonly { from: number; to: number; gain: number }[];

  constructor({ gains, ceilings, couplings }: FaceShaping = PLAIN_SHAPING) {
    ARKIT_NAMES.forEach((name, i) => {
      this.#gains[i] = gains[name] ?? 1;
      this.#ceilings[i] = ceilings[name] ?? 0;
    });
    this.#couplings = couplings.map(({ from, to, gain }) => ({ from: CHANNEL[from], to: CHANNEL[to], gain }));
  }

  shape(weights: Float32Array): Float32Array {
    const out = this.weights;
    for (let i = 0; i < WEIGHT_COUNT; i++) out[i] = unit(weights[i]! * this.#gains[i]!);
    for (const { from, to, gain } of this.#couplings) out[to] = Math.max(out[to]!, out[from]! * gain);
    for (let i = 0; i < WEIGHT_COUNT; i++) {
      const ceiling = this.#ceilings[i]!;
      if (ceiling > 0) out[i] = ceiling * Math.tanh(out[i]! / ceiling);
    }
    // mouthClose is defined relative to an open jaw; more of it turns the lips inside out.
    out[CHANNEL.mouthClose] = Math.min(out[CHANNEL.mouthClose]!, out[CHANNEL.jawOpen]!);
    return out;
  }
}

function unit(value: number): number {
  return value > 0 ? Math.min(1, value) : 0;
}
