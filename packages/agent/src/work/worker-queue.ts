import type { Worker } from 'node:worker_threads';
import { VisavisError } from '@visavis/protocol/errors';

/** What a worker is asked for, one job at a time. */
export interface WorkerJob<Asked> {
  readonly id: number;
  readonly asked: Asked;
}

/** Nobody wants the job that runs any more. */
export interface WorkerCancel {
  readonly cancel: number;
}

/** Nothing more is wanted: the worker ends itself once nothing is under way. */
export const END = 'end';

/** What it answers. */
export type WorkerResult<Answer> = { readonly id: number; readonly answer: Answer } | { readonly id: number; readonly error: string };

/** What the queue needs of a worker thread. */
export type QueueWorker = Pick<Worker, 'on' | 'once' | 'postMessage' | 'ref' | 'unref' | 'terminate'>;

/** Jobs that wait at most, for all clients; more are refused with `queueFull`. */
const MAX_WAITING = 64;
/** Longer than any job; a thread that is taken away in native code ends the process. */
const MAX_END_MS = 30_000;

interface Job<Asked, Answer> extends WorkerJob<Asked> {
  resolve(answer: Answer): void;
  reject(reason: unknown): void;
}

/**
 * Work in a thread of its own. The worker is given one job at a time, so that one nobody wants any more costs nothing
 * while it waits. A worker that dies fails what was waiting and is started anew by the next call.
 */
export class WorkerQueue<Asked, Answer> {
  readonly #what: string;
  readonly #start: () => QueueWorker;
  /** Wanted and not yet done, in order. */
  readonly #jobs = new Map<number, Job<Asked, Answer>>();
  #worker: QueueWorker | undefined;
  /** What the worker does just now, wanted or not. */
  #running: number | undefined;
  #nextId = 0;
  #disposed: Promise<void> | undefined;

  /** `what` names the work in messages: "the voice". */
  constructor(what: string, start: () => QueueWorker) {
    this.#what = what;
    this.#start = start;
  }

  /**
   * Rejects with the signal's reason once it aborts, with `upstreamError` where the work fails, with `queueFull` where
   * 64 jobs wait, or with `invalidState` once disposed.
   */
  async ask(asked: Asked, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    if (this.#disposed) throw new VisavisError('invalidState', `${this.#what} was disposed`);
    if (this.#jobs.size >= MAX_WAITING) throw new VisavisError('queueFull', `${this.#what} is busy; try again shortly`);
    const id = this.#nextId++;
    let drop: (() => void) | undefined;
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this.#jobs.set(id, { id, asked, resolve, reject });
        drop = () => this.#drop(id, signal?.reason);
        signal?.addEventListener('abort', drop);
        this.#postNext();
      });
    } finally {
      if (drop) signal?.removeEventListener('abort', drop);
    }
  }

  /** Waits until the worker has ended itself, after the job that runs; after thirty seconds it is taken away in the middle of it. */
  dispose(): Promise<void> {
    return (this.#disposed ??= this.#end());
  }

  async #end(): Promise<void> {
    if (this.#running !== undefined) this.#worker?.postMessage({ cancel: this.#running } satisfies WorkerCancel);
    this.#rejectAll(new VisavisError('invalidState', `${this.#what} was disposed`));
    const worker = this.#worker;
    if (!worker) return;
    this.#worker = undefined;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage(END);
    const late = setTimeout(() => void worker.terminate(), MAX_END_MS);
    await ended;
    clearTimeout(late);
  }

  #postNext(): void {
    if (this.#running !== undefined) return;
    const [job] = this.#jobs.values();
    // A thread with nothing to do does not keep the process alive.
    if (!job) return void this.#worker?.unref();
    this.#worker ??= this.#watch(this.#start());
    this.#worker.ref();
    this.#running = job.id;
    this.#worker.postMessage({ id: job.id, asked: job.asked } satisfies WorkerJob<Asked>);
  }

  #watch(worker: QueueWorker): QueueWorker {
    worker.on('message', (result: WorkerResult<Answer>) => this.#settle(result));
    const lost = (reason: string): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#failAll(`${this.#what} failed: ${reason}`);
    };
    worker.on('error', (error) => lost(error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => lost('its thread stopped'));
    return worker;
  }

  /** The worker is told, and left to finish what it cannot give up: a job takes it less time than a new worker would. */
  #drop(id: number, reason: unknown): void {
    if (id === this.#running) this.#worker?.postMessage({ cancel: id } satisfies WorkerCancel);
    this.#jobs.get(id)?.reject(reason);
    this.#jobs.delete(id);
  }

  #settle(result: WorkerResult<Answer>): void {
    const job = this.#jobs.get(result.id);
    this.#jobs.delete(result.id);
    this.#running = undefined;
    if (job && 'error' in result) job.reject(new VisavisError('upstreamError', `${this.#what} failed: ${result.error}`));
    else if (job && 'answer' in result) job.resolve(result.answer);
    this.#postNext();
  }

  #failAll(reason: string): void {
    this.#rejectAll(new VisavisError('upstreamError', reason));
    this.#running = undefined;
  }

  #rejectAll(error: VisavisError): void {
    for (const { reject } of this.#jobs.values()) reject(error);
    this.#jobs.clear();
  }
}
