import { WorkerQueue, type QueueWorker } from '../work/worker-queue.js';
import type { Speech, Voice } from './speech.js';

/** A voice in a worker thread, which is asked for one clause at a time. */
export class WorkerVoice implements Voice {
  readonly sampleRate: number;
  readonly #queue: WorkerQueue<string, Speech>;

  constructor(sampleRate: number, start: () => QueueWorker) {
    this.sampleRate = sampleRate;
    this.#queue = new WorkerQueue('the voice', start);
  }

  synthesise(text: string, signal?: AbortSignal): Promise<Speech> {
    return this.#queue.ask(text, signal);
  }

  dispose(): Promise<void> {
    return this.#queue.dispose();
  }
}
