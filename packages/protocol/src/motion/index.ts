/**
 * The motion codec: consecutive poses to a self-contained chunk and back, bit-exact in every language.
 * Knows neither sockets nor sessions; the envelope around a chunk is in ../ingress. Layout: docs/motion-codec.md.
 */
export {
  decodeMotion, encodeMotion, FPS_RANGE, MAX_CHUNK_FRAMES, MOTION_SCHEMA, type DecodedMotion, type MotionFrames,
} from './codec.js';
export { ROTATION_STEP, TRANSLATION_STEP, WEIGHT_STEP } from './quantise.js';
export type { MotionChunk } from '../gen/message.js';
