import type { MotionModel } from '@visavis/motion';
import { loadMotionModel, type ChosenModel, type ModelName } from '@visavis/motion/onnx';

/** Where a model comes from, in plain values: a thread gets it as it is and makes a model of its own. */
export interface ModelSource {
  /** A path, a package's name, or a URL; once the config is checked, the URL. It exports `createModel(options)`. */
  readonly module: string;
  readonly options?: unknown;
}

/** What motion is made with. Without a choice: the network, or where that does not load the baseline. */
export type ModelChoice = ModelSource | ModelName | undefined;

interface ModelModule {
  createModel?(options: unknown): MotionModel | Promise<MotionModel>;
}

/** The chosen model. Rejects with what its module fails with; without a choice it does not reject. */
export async function loadModel(choice: ModelChoice): Promise<ChosenModel> {
  if (typeof choice !== 'object') return loadMotionModel(choice);
  const { createModel } = (await import(/* @vite-ignore */ choice.module)) as ModelModule;
  if (!createModel) throw new Error(`${choice.module} exports no createModel`);
  return { model: await createModel(choice.options) };
}
