import type { MotionModel } from '../model.js';
import { StepBatcher, type BatcherOptions, type StepRunner } from './batcher.js';
import { FRAME_RATE_HZ } from './frame.js';
import { layoutOf } from './layout.js';
import type { NetworkManifest } from './manifest.js';
import { NetworkStream } from './stream.js';

/** Streams in one run of the graph: more gain nothing, and others would wait longer. */
export const MAX_BATCH = 64;

export interface NetworkModelParts extends Pick<BatcherOptions, 'defer'> {
  readonly manifest: NetworkManifest;
  /** The model's own from now on. */
  readonly runner: StepRunner;
}

/** A model over anything that runs the graph. Streams that are pulled in one turn of the event loop run together. */
export function createNetworkModel({ manifest, runner, defer }: NetworkModelParts): MotionModel {
  const layout = layoutOf(manifest);
  const batcher = new StepBatcher({ runner, layout, defer, maxBatch: MAX_BATCH });
  return {
    id: `${manifest.id}-${manifest.version}`,
    sampleRate: 16_000,
    poseRateHz: FRAME_RATE_HZ,
    lookaheadMs: manifest.lookaheadMs,
    open: (options) => new NetworkStream(manifest, layout, batcher, options),
    dispose: () => batcher.dispose(),
  };
}
