/** Drawn avatars: layered pictures on a 2D canvas. Loaded with the first of them: nothing else may import it statically; ../../inspect reads its files without drawing. */
export { loadSpriteRig, SpriteRig } from './sprite-rig.js';
