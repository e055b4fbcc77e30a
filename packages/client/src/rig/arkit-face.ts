import { ARKIT_NAMES, CHANNEL, WEIGHT_COUNT, type ArkitName } from '@visavis/face';
import type { FacePlan, FaceReading, TargetMapping } from './face-plan.js';

/** A face whose targets are ARKit's, by their own names: its signals are the weights of a pose. */
export class ArkitFace implements FaceReading {
  readonly plan: FacePlan = {
    signals: new Map(ARKIT_NAMES.map((name, i) => [name, i])), speech: 'arkit', weights: ARKIT_NAMES.map((_, i) => i), visemes: [],
  };
  readonly values = new Float32Array(WEIGHT_COUNT);
  readonly aperture = 0;

  set(weights: Float32Array): void {
    this.values.set(weights);
  }

  targetsOf(names: readonly string[]): string[] {
    return [...names];
  }
}

/** Reads what `names`, of all targets of all meshes, mean. What it takes to guess is fetched with the first face that has other names. */
export async function readFace(names: readonly string[], mapping?: TargetMapping): Promise<FaceReading> {
  const known = new Set(names.filter((name) => CHANNEL[name as ArkitName] < WEIGHT_COUNT));
  if (!mapping && known.size === WEIGHT_COUNT && names.every((name) => known.has(name))) return new ArkitFace();
  const { FaceSignals } = await import('./face-signals.js');
  return new FaceSignals(names, mapping);
}
