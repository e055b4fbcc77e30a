import { CHANNEL_COUNT } from './channels.js';
import type { ChannelMask } from './mask.js';
import { clampPose, resetPose, type Pose } from './pose.js';

/**
 * How a layer meets what lies under it: `replace` cross-fades to its own values by weight,
 * `add` adds them times weight (offsets of brows and head, blinks over a squint).
 */
export type LayerMode = 'replace' | 'add';

/** One source of motion in a stack: its pose, the channels it drives and how strongly (0..1). */
export interface Layer {
  readonly pose: Pose;
  readonly mask: ChannelMask;
  readonly mode: LayerMode;
  weight: number;
}

/** Mixes layers, bottom first, into `out`; the result is clamped to valid weights. Allocates nothing. */
export function mixLayers(layers: readonly Layer[], out: Pose): Pose {
  resetPose(out);
  for (const layer of layers) {
    if (layer.weight > 0) applyLayer(layer, out.values);
  }
  return clampPose(out);
}

function applyLayer({ pose, mask, mode, weight }: Layer, out: Float32Array): void {
  for (let i = 0; i < CHANNEL_COUNT; i++) {
    if (mask[i] === 0) continue;
    const value = pose.values[i]!;
    if (mode === 'add') out[i]! += value * weight;
    else out[i]! += (value - out[i]!) * weight;
  }
}
