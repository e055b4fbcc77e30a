import { CHANNEL_COUNT, createPose, type ChannelMask, type Frame, type Pose } from '@visavis/face';
import { VisavisError } from '../errors/index.js';
import { MotionChunkSchema, type MotionChunk } from '../gen/message.js';
import { create } from '../wire/index.js';
import { BitReader, BitWriter } from './bits.js';
import { LevelWriter, readLevels } from './levels.js';
import { FORMS, packMask, toLevel, unpackMask } from './quantise.js';

/** The layout this version writes and reads. */
export const MOTION_SCHEMA = 1;
/** Most frames in one chunk: 10 s at 60 fps. */
export const MAX_CHUNK_FRAMES = 600;
export const FPS_RANGE = { min: 25, max: 60 } as const;

const levelWriter = new LevelWriter(MAX_CHUNK_FRAMES);

/** Consecutive frames of one request, before encoding. */
export interface MotionFrames {
  /** Frames per second, a whole number in 25..60. */
  readonly fps: number;
  /** Index of the first pose: its time is `firstFrame * 1000 / fps` ms. */
  readonly firstFrame: number;
  /** Channels that are driven; the others are left out. */
  readonly mask: ChannelMask;
  readonly poses: readonly Pose[];
}

/** Frames as they came off the wire: `poses` with their times. */
export interface DecodedMotion extends MotionFrames {
  readonly frames: readonly Frame[];
}

/**
 * Encodes up to `MAX_CHUNK_FRAMES` consecutive poses. Precision: 1/255 a weight, 0.1 degree, 0.2 mm (steps, so half of
 * that at most is lost). Throws `invalidAnimationData` for an fps, index or count out of range.
 */
export function encodeMotion({ fps, firstFrame, mask, poses }: MotionFrames): MotionChunk {
  checkRange(fps, firstFrame, poses.length);
  const count = poses.length;
  const writer = new BitWriter();
  const levels = new Int32Array(CHANNEL_COUNT * count);
  for (let channel = 0; channel < CHANNEL_COUNT; channel++) {
    if (!mask[channel]) continue;
    for (let i = 0; i < count; i++) levels[channel * count + i] = toLevel(poses[i]!.values[channel]!, channel);
    const form = FORMS[channel]!;
    levelWriter.write(writer, form, levels, channel * count, count, mask[form.partner] ? form.partner * count : -1);
  }
  return create(MotionChunkSchema, {
    schema: MOTION_SCHEMA, fps, firstFrame, frameCount: count, channelMask: packMask(mask), data: writer.finish(),
  });
}

/** Decodes a chunk whole, or throws `invalidAnimationData`: never part of it, never a value out of range. */
export function decodeMotion(chunk: MotionChunk): DecodedMotion {
  const { fps, firstFrame, frameCount } = chunk;
  if (chunk.schema !== MOTION_SCHEMA) fail(`motion layout ${chunk.schema} is not known here; update the client`);
  checkRange(fps, firstFrame, frameCount);
  const mask = unpackMask(chunk.channelMask) ?? fail('the chunk drives channels that do not exist');
  const poses = Array.from({ length: frameCount }, () => createPose());
  const reader = new BitReader(chunk.data);
  const read: Int32Array[] = [];
  for (let channel = 0; channel < CHANNEL_COUNT; channel++) {
    if (!mask[channel]) continue;
    const form = FORMS[channel]!;
    const partner = form.partner >= 0 ? read[form.partner] : undefined;
    const levels = readLevels(reader, frameCount, form, partner) ?? fail('the chunk is cut short or damaged');
    read[channel] = levels;
    for (let i = 0; i < frameCount; i++) poses[i]!.values[channel] = levels[i]! * form.step;
  }
  if (!reader.exhausted) fail('the chunk has bytes left over');
  const frames = poses.map((pose, i) => ({ timeMs: ((firstFrame + i) * 1000) / fps, pose }));
  return { fps, firstFrame, mask, poses, frames };
}

function checkRange(fps: number, firstFrame: number, count: number): void {
  if (!Number.isInteger(fps) || fps < FPS_RANGE.min || fps > FPS_RANGE.max) {
    fail(`fps must be a whole number from ${FPS_RANGE.min} to ${FPS_RANGE.max}, got ${fps}`);
  }
  if (!Number.isInteger(firstFrame) || firstFrame < 0 || firstFrame > 0xffffffff - MAX_CHUNK_FRAMES) {
    fail(`the first frame's index is out of range: ${firstFrame}`);
  }
  if (count < 1 || count > MAX_CHUNK_FRAMES) fail(`a chunk holds 1 to ${MAX_CHUNK_FRAMES} frames, got ${count}`);
}

function fail(message: string): never {
  throw new VisavisError('invalidAnimationData', message);
}

