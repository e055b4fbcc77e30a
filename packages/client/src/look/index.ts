/**
 * The look: light, backdrop, skin, eye and hair shading, quality levels.
 * Knows scenes and materials only: no pose, no time; ../view owns the renderer and the loop.
 */
export type { QualityGovernor } from './governor.js';
export { pause } from './pause.js';
export { BACKGROUNDS, isBackground, type Background } from './presets.js';
export { firstStep, isRenderQuality, pixelRatio, QUALITY, QUALITY_NAMES, type QualityLevel, type QualityName, type RenderQuality } from './quality.js';
export { Stage } from './stage.js';
