/**
 * The vocabulary of a face: channels, poses, interpolation, layers and idle life.
 * Knows no network, no renderer and no audio; every other package speaks in these terms.
 */
export {
  ARKIT_NAMES, CHANNEL, CHANNEL_COUNT, CHANNEL_NAMES, HEAD_ROTATION_NAMES, HEAD_TRANSLATION_NAMES,
  ROTATION_OFFSET, TRANSLATION_OFFSET, WEIGHT_COUNT, type ArkitName, type ChannelName,
} from './channels.js';
export { clampChannels, clampPose, copyPose, createPose, resetPose, type Frame, type Pose } from './pose.js';
export { frameIndexAt, lerpPose, samplePose } from './interpolate.js';
export { MASK, maskOf, type ChannelMask } from './mask.js';
export { mixLayers, type Layer, type LayerMode } from './layers.js';
export { seededRandom, type Random } from './random.js';
export { GAZE_RANGE_DEG, readGaze, writeGaze, type Gaze } from './gaze.js';
export { EMOTIONS, emotionPose, type Emotion } from './emotions.js';
export { VISEME_NAMES, visemePose, type Viseme } from './visemes.js';
export { IDLE_MASK, IdleLife, type IdleLifeOptions } from './idle.js';
