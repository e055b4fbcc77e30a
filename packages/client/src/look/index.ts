/**
 * The look: studio light, backdrop, skin and hair shading, quality levels.
 * Knows scenes and materials only: no pose, no time; ../view owns the renderer and the loop.
 */
export { pixelRatio, QUALITY, type QualityLevel, type RenderQuality } from './quality.js';
export { Stage, type Background } from './stage.js';
