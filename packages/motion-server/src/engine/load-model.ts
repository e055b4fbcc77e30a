import { createSignalModel, type MotionModel } from '@visavis/motion';

/** Where a model comes from, in plain values: a thread gets it as it is and makes a model of its own. */
export interface ModelSource {
  /** A path, a package's name, or a URL; once the config is checked, the URL. It exports `createModel(options)`. */
  readonly module: string;
  readonly options?: unknown;
}

interface ModelModule {
  createModel?(options: unknown): MotionModel | Promise<MotionModel>;
}

/** The model of a source, or without one a signal model. Rejects with what the module fails with. */
export async function loadModel(source: ModelSource | undefined): Promise<MotionModel> {
  if (!source) return createSignalModel();
  const { createModel } = (await import(/* @vite-ignore */ source.module)) as ModelModule;
  if (!createModel) throw new Error(`${source.module} exports no createModel`);
  return createModel(source.options);
}
