/** Speech to text, in a worker thread. Knows no microphone and no turns. */
import { startThread } from '../work/thread.js';
import { WorkerQueue } from '../work/worker-queue.js';
import type { Recogniser, Transcript } from './recogniser.js';

export type { Recogniser, Transcriber, Transcript } from './recogniser.js';

const MAX_SAMPLES = 30 * 16_000;

/** Moonshine, English; `folder` is that of the model `moonshine-tiny` or `moonshine-base`. Gate it by a VAD: it hears words in noise. */
export function createMoonshine(folder: string): Recogniser {
  const queue = new WorkerQueue<Float32Array, Transcript>('the speech recognition', () => startThread(new URL('./worker.js', import.meta.url), { folder }));
  return {
    transcribe: (samples, signal) => queue.ask(samples.slice(-MAX_SAMPLES), signal),
    dispose: () => queue.dispose(),
  };
}
