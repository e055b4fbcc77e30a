import { parentPort } from 'node:worker_threads';
import type { WorkerCancel, WorkerJob, WorkerResult } from './worker-queue.js';

/** The worker's side of a `WorkerQueue`: answers each job by `work`, or with what it failed of. `signal` says that nobody wants it any more. */
export function serveQueue<Asked, Answer>(work: (asked: Asked, signal: AbortSignal) => Promise<Answer>): void {
  const running = new Map<number, AbortController>();
  const run = async ({ id, asked }: WorkerJob<Asked>): Promise<WorkerResult<Answer>> => {
    const abort = new AbortController();
    running.set(id, abort);
    try {
      return { id, answer: await work(asked, abort.signal) };
    } catch (error) {
      return { id, error: error instanceof Error ? error.message : String(error) };
    } finally {
      running.delete(id);
    }
  };
  parentPort?.on('message', (message: WorkerJob<Asked> | WorkerCancel) => {
    if ('cancel' in message) running.get(message.cancel)?.abort(new Error('cancelled'));
    else void run(message).then((result) => parentPort?.postMessage(result));
  });
}
