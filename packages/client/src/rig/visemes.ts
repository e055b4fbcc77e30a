/** Weights of a pose as visemes, for faces that have those. The basis is what each viseme does to an ARKit face. */
import { CHANNEL, visemePose, VISEME_NAMES, type ArkitName } from '@visavis/face';

/** What is compared, and how much it is seen. Both sides count as one. */
const FEATURES: readonly (readonly [weights: readonly ArkitName[], importance: number])[] = [
  [['jawOpen'], 2], [['mouthClose'], 1], [['mouthFunnel'], 1], [['mouthPucker'], 1], [['mouthRollLower'], 1], [['mouthRollUpper'], 0.8],
  [['mouthShrugLower'], 1], [['mouthStretchLeft', 'mouthStretchRight'], 0.8], [['mouthPressLeft', 'mouthPressRight'], 1],
  [['mouthLowerDownLeft', 'mouthLowerDownRight'], 0.8], [['mouthUpperUpLeft', 'mouthUpperUpRight'], 0.8], [['tongueOut'], 0.5],
];

const TERMS = FEATURES.map(([names, importance]) => ({ channels: names.map((name) => CHANNEL[name]), scale: importance / names.length }));

/** More changes no part by 0.01, whichever of the 15 visemes is half on its way to another. */
const SWEEPS = 24;

/** What a part costs, by its size on the face: one viseme is cheaper than two that add up to it. */
const SPARSITY = 0.01;

/**
 * Finds the mixture of the visemes a face has that comes nearest to a pose's mouth: non-negative least squares by
 * coordinate descent (each part solved exactly in turn) from the one viseme that is nearest, so that the same pose always
 * gives the same mixture. Every part is within 0..1, and so is their sum: targets that add up to more tear a face.
 */
export class VisemeSolver {
  readonly #available: readonly number[];
  /** Basis, one row of features for each available viseme; and its Gram matrix. */
  readonly #basis: readonly Float64Array[];
  readonly #gram: readonly Float64Array[];
  readonly #sizes: Float64Array;
  readonly #features = new Float64Array(TERMS.length);
  readonly #targets: Float64Array;
  readonly #parts: Float64Array;

  /** `available`: indices in `VISEME_NAMES`. Silence moves nothing and is left out. */
  constructor(available: Iterable<number>) {
    this.#available = [...new Set(available)].filter((index) => index > 0);
    this.#basis = this.#available.map((index) => readFeatures(visemePose(VISEME_NAMES[index]!).weights, new Float64Array(TERMS.length)));
    this.#gram = this.#basis.map((row) => Float64Array.from(this.#basis, (other) => dot(row, other)));
    this.#sizes = Float64Array.from(this.#basis, (row) => Math.sqrt(dot(row, row)));
    this.#targets = new Float64Array(this.#basis.length);
    this.#parts = new Float64Array(this.#basis.length);
  }

  /** Writes the mixture for 52 `weights` to `out[offset]` .. `out[offset + 14]`, silence being what the others leave. */
  solve(weights: Float32Array, out: Float32Array, offset: number): void {
    readFeatures(weights, this.#features);
    for (let i = 0; i < this.#targets.length; i++) this.#targets[i] = dot(this.#basis[i]!, this.#features) - SPARSITY * this.#sizes[i]!;
    this.#start();
    for (let sweep = 0; sweep < SWEEPS; sweep++) this.#descend();
    this.#write(out, offset);
  }

  /** The one viseme whose direction is nearest. */
  #start(): void {
    this.#parts.fill(0);
    let best = 0;
    for (let i = 1; i < this.#targets.length; i++) {
      if (this.#targets[i]! / this.#sizes[i]! > this.#targets[best]! / this.#sizes[best]!) best = i;
    }
    if (this.#targets.length > 0) this.#parts[best] = Math.min(1, Math.max(0, this.#targets[best]! / this.#gram[best]![best]!));
  }

  #descend(): void {
    for (let i = 0; i < this.#parts.length; i++) {
      const row = this.#gram[i]!;
      const rest = this.#targets[i]! - dot(row, this.#parts) + row[i]! * this.#parts[i]!;
      this.#parts[i] = rest > 0 ? Math.min(1, rest / row[i]!) : 0;
    }
  }

  #write(out: Float32Array, offset: number): void {
    out.fill(0, offset, offset + VISEME_NAMES.length);
    let sum = 0;
    for (let i = 0; i < this.#parts.length; i++) sum += this.#parts[i]!;
    const scale = sum > 1 ? 1 / sum : 1;
    for (let i = 0; i < this.#parts.length; i++) out[offset + this.#available[i]!] = this.#parts[i]! * scale;
    out[offset] = Math.max(0, 1 - sum);
  }
}

function readFeatures(weights: Float32Array, out: Float64Array): Float64Array {
  for (let i = 0; i < TERMS.length; i++) {
    const { channels, scale } = TERMS[i]!;
    let sum = 0;
    for (let k = 0; k < channels.length; k++) sum += weights[channels[k]!]!;
    out[i] = sum * scale;
  }
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
