/** How the figures against the recorded face fall as the audio gets worse. The frames that count as speech stay those of the clean audio. */
import { CONDITIONS } from '../corpus/degrade.js';
import type { Clip } from '../corpus/facegood.js';
import type { System } from '../systems/system.js';
import { judgeFaces, runOnClips, type FaceMeasure } from './face.js';

export interface Degradation {
  readonly condition: string;
  readonly values: Partial<Record<FaceMeasure, number>>;
}

export async function degradations(system: System, clips: readonly Clip[], atRate: (samples: Float32Array) => Float32Array, onProgress: (what: string) => void): Promise<Degradation[]> {
  const found: Degradation[] = [];
  for (const { name, apply } of CONDITIONS) {
    onProgress(`  ${system.id}: ${name}`);
    const performance = await runOnClips(system, clips, ({ samples }) => atRate(apply(samples)));
    const { measures } = judgeFaces(clips, new Map([[system.id, performance]])).get(system.id)!;
    found.push({ condition: name, values: Object.fromEntries(Object.entries(measures).map(([measure, { value }]) => [measure, value])) });
  }
  return found;
}
