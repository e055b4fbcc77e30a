/** Drawn avatars: layered pictures on a 2D canvas. Loaded with the first of them: nothing else may import this folder statically. */
export { loadSpriteRig, SpriteRig } from './sprite-rig.js';
