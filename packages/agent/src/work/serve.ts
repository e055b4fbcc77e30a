import { parentPort } from 'node:worker_threads';
import type { WorkerJob, WorkerResult } from './worker-queue.js';

/** The worker's side of a `WorkerQueue`: answers each job by `work`, or with what it failed of. */
export function serveQueue<Asked, Answer>(work: (asked: Asked) => Promise<Answer>): void {
  parentPort?.on('message', ({ id, asked }: WorkerJob<Asked>) => {
    work(asked).then(
      (answer) => parentPort?.postMessage({ id, answer } satisfies WorkerResult<Answer>),
      (error: unknown) => parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies WorkerResult<Answer>),
    );
  });
}
