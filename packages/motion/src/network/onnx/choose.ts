import type { MotionModel } from '../../model.js';
import { createSignalModel } from '../../signal/index.js';
import { loadNetworkModel, type NetworkModelOptions } from './load.js';

/** Our models: the trained network, and the signal model that it is compared with and that stands in for it. */
export const MODEL_NAMES = ['network', 'baseline'] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

export interface ChosenModel {
  readonly model: MotionModel;
  /** Why it is the baseline, where nobody asked for one by name: to be told to whoever runs it. */
  readonly fallback?: string;
}

/**
 * A model by its name, or without one the network, and where that does not load the baseline. Rejects only where `network`
 * was asked for, as `loadNetworkModel` does.
 */
export async function loadMotionModel(name?: ModelName, options?: NetworkModelOptions): Promise<ChosenModel> {
  if (name === 'baseline') return { model: createSignalModel() };
  try {
    return { model: await loadNetworkModel(options) };
  } catch (error) {
    if (name === 'network') throw error;
    return { model: createSignalModel(), fallback: (error as Error).message };
  }
}
