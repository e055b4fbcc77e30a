/**
 * Rigs: things that can show a pose. A rig is told a pose and knows nothing of time, audio or network.
 * Materials and light are in ../look, the loop that feeds poses in ../view.
 */
export type { Rig } from './rig.js';
export { GlbRig, loadGlbRig } from './glb-rig.js';
