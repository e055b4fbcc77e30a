/**
 * The trained network as a model, in Node over onnxruntime. An entry of its own: who wants the signal model alone loads no
 * native code. The network itself, its features and its decoder know no files and no runtime (../).
 */
import type { MotionModel } from '../../model.js';
import { loadNetworkModel } from './load.js';

export { NetworkModelError, type NetworkModelErrorCode } from '../error.js';
export { loadNetworkModel, type NetworkModelOptions } from './load.js';

/** What makes this entry a `modelModule` of the Motion Server. `options`: NetworkModelOptions, as plain values. */
export function createModel(options?: unknown): Promise<MotionModel> {
  const { folder } = (options ?? {}) as { readonly folder?: unknown };
  if (folder !== undefined && typeof folder !== 'string') return Promise.reject(new TypeError('options.folder has to be a path'));
  return loadNetworkModel(folder === undefined ? {} : { folder });
}
