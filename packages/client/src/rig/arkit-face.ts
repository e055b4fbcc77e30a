import { ARKIT_NAMES, CHANNEL, WEIGHT_COUNT, type ArkitName } from '@visavis/face';
import type { FacePlan, FaceReading, TargetMapping } from './face-plan.js';
import { tongueRise } from './tongue-rise.js';

/** Ours, beside ARKit's; its signal comes after the weights. */
const TONGUE_RISE = 'tongueRise';

/** A face whose targets are ARKit's and our tongue's, by their own names: its signals are the weights of a pose and how high the tip is. */
export class ArkitFace implements FaceReading {
  readonly plan: FacePlan = {
    signals: new Map([...ARKIT_NAMES, TONGUE_RISE].map((name, i) => [name, i])), speech: 'arkit', weights: ARKIT_NAMES.map((_, i) => i), visemes: [],
  };
  readonly values = new Float32Array(WEIGHT_COUNT + 1);
  readonly aperture = 0;

  set(weights: Float32Array): void {
    this.values.set(weights);
    this.values[WEIGHT_COUNT] = tongueRise(weights[CHANNEL.tongueOut]!);
  }

  targetsOf(names: readonly string[]): string[] {
    return [...names];
  }
}

/** Reads what `names`, of all targets of all meshes, mean. What it takes to guess is fetched with the first face that has other names. */
export async function readFace(names: readonly string[], mapping: TargetMapping = {}): Promise<FaceReading> {
  const known = new Set(names.filter((name) => CHANNEL[name as ArkitName] < WEIGHT_COUNT));
  if (Object.keys(mapping).length === 0 && known.size === WEIGHT_COUNT && names.every((name) => known.has(name) || name === TONGUE_RISE)) return new ArkitFace();
  const { FaceSignals } = await import('./face-signals.js');
  return new FaceSignals(names, mapping);
}
