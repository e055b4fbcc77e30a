import { CHANNEL, CHANNEL_COUNT, type ArkitName } from '@visavis/face';
import { MOTION_CHANNELS, type NetworkFrame } from '../frame.js';

export interface PoseDecoderOptions {
  /** Motion fades in over these probabilities of voice; from the weights' manifest. */
  readonly voiceGate: readonly [number, number];
}

/**
 * Network frames to poses, one for one: pose k is frame k's, and no later frame is waited for, so that the network's
 * look-ahead is the whole look-ahead. Deterministic.
 */
export class PoseDecoder {
  readonly #options: PoseDecoderOptions;

  constructor(options: PoseDecoderOptions) {
    this.#options = options;
  }

  /** The pose of the next frame: 58 values that the caller owns. The frame is only read during the call. */
  push(frame: NetworkFrame): Float32Array {
    const [closed, open] = this.#options.voiceGate;
    const shown = clamp((frame.voice - closed) / (open - closed));
    const values = new Float32Array(CHANNEL_COUNT);
    MOTION_TARGETS.forEach((channels, i) => {
      for (const channel of channels) values[channel] = shown * clamp(frame.motion[i]!);
    });
    return values;
  }

  /** Back to the state of a new decoder. */
  reset(): void {}
}

/** Channels of a pose that each of MOTION_CHANNELS moves: one, or the left and the right. */
const MOTION_TARGETS = MOTION_CHANNELS.map((name) => (name in CHANNEL ? [CHANNEL[name as ArkitName]] : [CHANNEL[`${name}Left` as ArkitName], CHANNEL[`${name}Right` as ArkitName]]));

function clamp(value: number): number {
  return value > 0 ? Math.min(1, value) : 0;
}
