/**
 * The signal model: visual speech from the short-time spectrum alone, with nothing trained and nothing to load.
 * Runs the same in Node and in browsers; the baseline of every comparison, and the fallback where the network cannot run.
 */
import type { MotionModel } from '../model.js';
import { SAMPLE_RATE, HOP } from './spectrum.js';
import { LOOKAHEAD_MS, SignalStream } from './stream.js';

export type { MotionModel, MotionStream } from '../model.js';

/**
 * A signal model: 100 poses per second, 52.5 ms look-ahead, about 25 KB of state a stream; `pull` never waits. Of what is
 * known of an utterance it uses the emotion.
 */
export function createSignalModel(): MotionModel {
  return {
    id: 'signal-1',
    sampleRate: SAMPLE_RATE,
    poseRateHz: SAMPLE_RATE / HOP,
    lookaheadMs: LOOKAHEAD_MS,
    open: (options) => new SignalStream(options),
    dispose: () => undefined,
  };
}
