/**
 * The view: one avatar in one element, drawn at each display refresh from whatever pose its controller names.
 * Knows no audio and no network; rigs are in ../rig, light and materials in ../look, loading in ../avatar.
 */
export { AvatarView, type AvatarViewOptions } from './avatar-view.js';
export type { AvatarTransform, CameraConfig, ViewRect } from './camera.js';
export { FRAMING_NAMES, type FramingName } from './framing.js';
export type { FrameTimer } from './frame-loop.js';
export type { PoseSource } from './pose-source.js';
