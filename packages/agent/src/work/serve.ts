import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { END, type WorkerCancel, type WorkerJob, type WorkerResult } from './worker-queue.js';

/** What the compiler does in the background for code that just ran comes to its end meanwhile (docs/decisions/2026-11-27-threads-end-themselves.md). */
const REST_MS = 100;

/** The worker's side of a `WorkerQueue`: answers each job by `work`, or with what it failed of. `signal` says that nobody wants it any more. */
export function serveQueue<Asked, Answer>(work: (asked: Asked, signal: AbortSignal) => Promise<Answer>): void {
  const running = new Map<number, { abort: AbortController; done: Promise<void> }>();
  const run = async ({ id, asked }: WorkerJob<Asked>, signal: AbortSignal): Promise<void> => {
    let result: WorkerResult<Answer>;
    try {
      result = { id, answer: await work(asked, signal) };
    } catch (error) {
      result = { id, error: error instanceof Error ? error.message : String(error) };
    }
    running.delete(id);
    parentPort?.postMessage(result);
  };
  const end = async (): Promise<void> => {
    await Promise.all([...running.values()].map(({ done }) => done));
    await sleep(REST_MS);
    process.exit();
  };
  parentPort?.on('message', (message: WorkerJob<Asked> | WorkerCancel | typeof END) => {
    if (message === END) return void end();
    if ('cancel' in message) return void running.get(message.cancel)?.abort.abort(new Error('cancelled'));
    const abort = new AbortController();
    running.set(message.id, { abort, done: run(message, abort.signal) });
  });
}
