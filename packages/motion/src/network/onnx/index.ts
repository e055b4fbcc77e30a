/**
 * The trained network as a model, in Node over onnxruntime, which is loaded with the first network. An entry of its own: it
 * reads files, and the others know none. The network itself, its features and its decoder know no files and no runtime (../).
 */
import type { MotionModel } from '../../model.js';
import { loadNetworkModel } from './load.js';

export { NetworkModelError, type NetworkModelErrorCode } from '../error.js';
export { loadMotionModel, MODEL_NAMES, type ChosenModel, type ModelName } from './choose.js';
export { loadNetworkModel, type NetworkModelOptions } from './load.js';
export { quietRuntime } from './quiet.js';

/** What makes this entry a `modelModule` of the Motion Server. `options`: NetworkModelOptions, as plain values. */
export function createModel(options?: unknown): Promise<MotionModel> {
  const { folder } = (options ?? {}) as { readonly folder?: unknown };
  if (folder !== undefined && typeof folder !== 'string') return Promise.reject(new TypeError('options.folder has to be a path'));
  return loadNetworkModel(folder === undefined ? {} : { folder });
}
