/** The model store: weights of the embedded voice, fetched once into a cache folder, pinned by hash, usable offline afterwards. */
export { CATALOG } from './catalog.js';
export type { Model, ModelFile, Source, Way } from './model.js';
export type { Outside } from './fetching.js';
export { defaultModelFolder, ModelStore, type ModelState, type ModelStoreOptions, type PullOptions, type PullProgress } from './store.js';
