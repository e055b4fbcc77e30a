/** VRM characters. Loaded with the first of them: nothing else may import this folder statically. */
export { loadVrmRig, VrmRig } from './vrm-rig.js';
