import { ARKIT_NAMES, CHANNEL, WEIGHT_COUNT, type ArkitName } from '@visavis/face';
import { PLAIN_SHAPING, type Damping, type FaceShaping } from '@visavis/protocol/avatar';

/**
 * Shapes that were each sculpted from a face at rest and tear it when added up: lips cannot be drawn wide and rounded at
 * once, and a lid that is shut has nothing left to widen or to squint.
 */
export const STANDARD_DAMPINGS: readonly Damping[] = [
  ...sides('mouthFunnel', 'mouthSmile', 0.5), ...sides('mouthPucker', 'mouthSmile', 0.6),
  ...sides('mouthFunnel', 'mouthStretch', 0.5), ...sides('mouthPucker', 'mouthStretch', 0.6),
  ...(['Left', 'Right'] as const).flatMap((side): Damping[] => [
    { from: `eyeBlink${side}`, to: `eyeWide${side}`, share: 1 },
    { from: `eyeBlink${side}`, to: `eyeSquint${side}`, share: 0.6 },
  ]),
];

function sides(from: ArkitName, to: 'mouthSmile' | 'mouthStretch', share: number): Damping[] {
  return [{ from, to: `${to}Left`, share }, { from, to: `${to}Right`, share }];
}

/** Weights that are defined relative to another; more of them than of the other turns lips inside out. */
const CAPS = [{ weight: CHANNEL.mouthClose, by: CHANNEL.jawOpen }] as const;

/** Turns the weights of a pose into the weights of one face. Built once for a rig; `shape` allocates nothing. */
export class FaceShaper {
  /** The result of the last `shape`. */
  readonly weights = new Float32Array(WEIGHT_COUNT);
  readonly #gains = new Float32Array(WEIGHT_COUNT).fill(1);
  readonly #ceilings = new Float32Array(WEIGHT_COUNT);
  readonly #couplings: readonly { from: number; to: number; gain: number }[];
  readonly #dampings: readonly { from: number; to: number; share: number }[];

  constructor({ gains, ceilings, couplings, dampings = STANDARD_DAMPINGS }: FaceShaping = PLAIN_SHAPING) {
    ARKIT_NAMES.forEach((name, i) => {
      this.#gains[i] = gains[name] ?? 1;
      this.#ceilings[i] = ceilings[name] ?? 0;
    });
    this.#couplings = couplings.map(({ from, to, gain }) => ({ from: CHANNEL[from], to: CHANNEL[to], gain }));
    this.#dampings = dampings.map(({ from, to, share }) => ({ from: CHANNEL[from], to: CHANNEL[to], share }));
  }

  shape(weights: Float32Array): Float32Array {
    const out = this.weights;
    for (let i = 0; i < WEIGHT_COUNT; i++) out[i] = unit(weights[i]! * this.#gains[i]!);
    for (let i = 0; i < this.#dampings.length; i++) {
      const { from, to, share } = this.#dampings[i]!;
      out[to] = out[to]! * (1 - share * out[from]!);
    }
    for (let i = 0; i < this.#couplings.length; i++) {
      const { from, to, gain } = this.#couplings[i]!;
      out[to] = Math.max(out[to]!, out[from]! * gain);
    }
    for (let i = 0; i < WEIGHT_COUNT; i++) {
      const ceiling = this.#ceilings[i]!;
      if (ceiling > 0) out[i] = ceiling * Math.tanh(out[i]! / ceiling);
    }
    for (let i = 0; i < CAPS.length; i++) out[CAPS[i]!.weight] = Math.min(out[CAPS[i]!.weight]!, out[CAPS[i]!.by]!);
    return out;
  }
}

function unit(value: number): number {
  return value > 0 ? Math.min(1, value) : 0;
}
