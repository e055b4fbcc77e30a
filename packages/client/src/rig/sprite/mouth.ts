/** Which picture of a mouth comes nearest to a pose. */
import { CHANNEL, visemePose, type ArkitName } from '@visavis/face';
import { apertureOf } from '../signals.js';
import type { MouthShape } from './drawing.js';

/** What tells drawn mouths apart: open, wide, smiling, lip under the teeth, tongue, lips together; and how much each counts. */
const IMPORTANCE = Float64Array.of(3, 1.2, 0.7, 1.6, 0.8, 0.8);

/** A picture stays until another is nearer by this, as squared distance: between two it would flutter. */
const STAY = 0.004;

const TERMS: readonly (readonly [feature: number, weight: ArkitName, share: number])[] = [
  [1, 'mouthStretchLeft', 0.7], [1, 'mouthStretchRight', 0.7], [1, 'mouthFunnel', -0.7], [1, 'mouthPucker', -0.7],
  [1, 'mouthSmileLeft', 0.25], [1, 'mouthSmileRight', 0.25],
  [2, 'mouthSmileLeft', 0.6], [2, 'mouthSmileRight', 0.6], [2, 'mouthFrownLeft', -0.8], [2, 'mouthFrownRight', -0.8],
  [3, 'mouthRollLower', 1], [3, 'mouthPressLeft', -0.6], [3, 'mouthPressRight', -0.6], [4, 'tongueOut', 1],
  [5, 'mouthPressLeft', 1.2], [5, 'mouthPressRight', 1.2], [5, 'mouthRollUpper', 1], [5, 'mouthShrugLower', 0.6],
];

const CHANNELS = TERMS.map(([, weight]) => CHANNEL[weight]);

export class MouthChooser {
  readonly #shapes: readonly Float64Array[];
  readonly #features = new Float64Array(IMPORTANCE.length);
  #chosen = 0;

  constructor(shapes: readonly MouthShape[]) {
    this.#shapes = shapes.map(featuresOf);
  }

  /** Index of the picture for 52 `weights`. */
  choose(weights: Float32Array): number {
    readFeatures(weights, this.#features);
    let best = this.#chosen;
    let least = this.#distance(best) - STAY;
    for (let i = 0; i < this.#shapes.length; i++) {
      const distance = this.#distance(i);
      if (distance >= least) continue;
      best = i;
      least = distance;
    }
    this.#chosen = best;
    return best;
  }

  #distance(index: number): number {
    const shape = this.#shapes[index]!;
    let sum = 0;
    for (let k = 0; k < shape.length; k++) {
      const by = (shape[k]! - this.#features[k]!) * IMPORTANCE[k]!;
      sum += by * by;
    }
    return sum;
  }
}

function featuresOf({ viseme = 'sil', open, width, smile }: MouthShape): Float64Array {
  const features = readFeatures(visemePose(viseme).weights, new Float64Array(IMPORTANCE.length));
  if (open !== undefined) features[0] = open;
  if (width !== undefined) features[1] = width;
  if (smile !== undefined) features[2] = smile;
  return features;
}

function readFeatures(weights: Float32Array, out: Float64Array): Float64Array {
  out.fill(0);
  out[0] = apertureOf(weights);
  for (let i = 0; i < TERMS.length; i++) out[TERMS[i]![0]]! += weights[CHANNELS[i]!]! * TERMS[i]![2];
  return out;
}
