/** Gaussian-splat heads. Loaded with the first of them: nothing else may import this folder statically. */
export { loadSplatRig, SplatRig } from './splat-rig.js';
