/**
 * Rigs: things that can show a pose. A rig is told a pose and knows nothing of audio or network.
 * Materials and light are in ../look, the loop that feeds poses in ../view.
 */
export type { Rig } from './rig.js';
export { loadRig, type RigAsset } from './load.js';
// Its code is fetched with the first GLB, as that of every kind is.
export type { GlbRig } from './glb-rig.js';
export type { Speech, TargetMapping } from './face-plan.js';
export { checkGlb } from './glb-document.js';
