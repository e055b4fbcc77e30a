import type { Binding } from './binding.js';

/** Numbers for each Gaussian: shift and share of the head, turn and share of the neck. Two texels of four. */
export const NUMBERS = 8;

/** Weights below this move nothing that could be seen. */
const LEAST = 1e-3;

interface DrivenTarget {
  readonly signal: number;
  readonly indices: Uint32Array;
  readonly moves: Float32Array;
}

/** Adds up what targets do to every Gaussian. Touches only vertices that a target in use moves; allocates nothing. */
export class Blend {
  /** `NUMBERS` for each Gaussian, in the order of the file. */
  readonly data: Float32Array;
  readonly #targets: readonly DrivenTarget[];
  readonly #count: number;

  /** `signals` says which signal a target follows, by name. `length` of the data is at least what the Gaussians need. */
  constructor({ count, targets, shares }: Binding, signals: ReadonlyMap<string, number>, length = count * NUMBERS) {
    this.data = new Float32Array(length);
    this.#count = count;
    this.#targets = targets.flatMap(({ name, indices, moves }) => (signals.has(name) ? [{ signal: signals.get(name)!, indices, moves }] : []));
    for (let i = 0; i < count; i++) {
      this.data[i * NUMBERS + 3] = shares[i * 2]!;
      this.data[i * NUMBERS + 7] = shares[i * 2 + 1]!;
    }
  }

  apply(signals: Float32Array): void {
    this.#clear();
    for (let t = 0; t < this.#targets.length; t++) {
      const target = this.#targets[t]!;
      const weight = signals[target.signal]!;
      if (weight > LEAST) this.#add(target, weight);
    }
  }

  #clear(): void {
    const { data } = this;
    for (let i = 0; i < this.#count * NUMBERS; i += NUMBERS) {
      data[i] = data[i + 1] = data[i + 2] = 0;
      data[i + 4] = data[i + 5] = data[i + 6] = 0;
    }
  }

  #add({ indices, moves }: DrivenTarget, weight: number): void {
    const { data } = this;
    for (let i = 0, m = 0; i < indices.length; i++, m += 6) {
      const at = indices[i]! * NUMBERS;
      data[at]! += moves[m]! * weight;
      data[at + 1]! += moves[m + 1]! * weight;
      data[at + 2]! += moves[m + 2]! * weight;
      data[at + 4]! += moves[m + 3]! * weight;
      data[at + 5]! += moves[m + 4]! * weight;
      data[at + 6]! += moves[m + 5]! * weight;
    }
  }
}
