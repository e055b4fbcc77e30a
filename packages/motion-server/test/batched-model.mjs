/**
 * A model as a network would be one: what streams have waiting when a step begins goes through it together, one step at a
 * time. Its poses tell: in jawOpen how many streams were in the step (of 64), in mouthSmileLeft the thread (of 1000).
 */
import { threadId } from 'node:worker_threads';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHANNEL_COUNT, CHANNEL_NAMES } from '@visavis/face';

const STEP_SAMPLES = 640;

/** Runs `step` on everything asked for since the last one began. */
class Batcher {
  #waiting = [];
  #running = false;

  ask(stream) {
    return new Promise((resolve) => {
      this.#waiting.push({ stream, resolve });
      if (!this.#running) void this.#run();
    });
  }

  async #run() {
    this.#running = true;
    await undefined; // the other pulls of this tick
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      await sleep(1); // the work
      for (const { stream, resolve } of batch) resolve(stream.step(batch.length));
    }
    this.#running = false;
  }
}

class BatchedStream {
  #batcher;
  #samples = 0;
  #ended = false;

  constructor(batcher) {
    this.#batcher = batcher;
  }

  push(samples) {
    this.#samples += samples.length;
  }

  pull() {
    return this.#batcher.ask(this);
  }

  flush() {
    this.#ended = true;
  }

  reset() {
    this.#samples = 0;
    this.#ended = false;
  }

  close() {}

  step(size) {
    const steps = this.#ended ? Math.ceil(this.#samples / STEP_SAMPLES) : Math.floor(this.#samples / STEP_SAMPLES);
    this.#samples -= Math.min(this.#samples, steps * STEP_SAMPLES);
    return Array.from({ length: steps }, () => {
      const pose = new Float32Array(CHANNEL_COUNT);
      pose[CHANNEL_NAMES.indexOf('jawOpen')] = size / 64;
      pose[CHANNEL_NAMES.indexOf('mouthSmileLeft')] = threadId / 1000;
      return pose;
    });
  }
}

export function createModel({ fails } = {}) {
  if (fails) throw new Error(fails);
  const batcher = new Batcher();
  return { id: 'batched', sampleRate: 16_000, poseRateHz: 25, lookaheadMs: 0, open: () => new BatchedStream(batcher), dispose: () => undefined };
}
