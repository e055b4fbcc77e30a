import { Worker } from 'node:worker_threads';
import { VisavisError } from '@visavis/protocol/errors';
import type { Speech, Voice } from './speech.js';

/** What a worker is asked for, one clause at a time. */
export interface VoiceJob {
  readonly id: number;
  readonly text: string;
}

/** What it answers. */
export type VoiceResult = { readonly id: number; readonly speech: Speech } | { readonly id: number; readonly error: string };

/** What the voice needs of a worker thread. */
export type VoiceWorker = Pick<Worker, 'on' | 'postMessage' | 'ref' | 'unref' | 'terminate'>;

/** Clauses that wait at most, for all clients; more are refused with `queueFull`. */
const MAX_WAITING = 64;

interface Job {
  readonly id: number;
  readonly text: string;
  resolve(speech: Speech): void;
  reject(reason: unknown): void;
}

/**
 * A voice in a worker thread. The worker is given one clause at a time, so that one nobody wants any more costs nothing
 * while it waits. A worker that dies fails what was waiting and is started anew by the next call.
 */
export class WorkerVoice implements Voice {
  readonly sampleRate: number;
  readonly #start: () => VoiceWorker;
  /** Wanted and not yet made, in order. */
  readonly #jobs = new Map<number, Job>();
  #worker: VoiceWorker | undefined;
  /** What the worker makes just now, wanted or not. */
  #running: number | undefined;
  #nextId = 0;
  #disposed = false;

  constructor(sampleRate: number, start: () => VoiceWorker) {
    this.sampleRate = sampleRate;
    this.#start = start;
  }

  async synthesise(text: string, signal?: AbortSignal): Promise<Speech> {
    signal?.throwIfAborted();
    if (this.#disposed) throw new VisavisError('invalidState', 'this voice was disposed');
    if (this.#jobs.size >= MAX_WAITING) throw new VisavisError('queueFull', 'the voice is busy; try again shortly');
    const id = this.#nextId++;
    let drop: (() => void) | undefined;
    try {
      return await new Promise<Speech>((resolve, reject) => {
        this.#jobs.set(id, { id, text, resolve, reject });
        drop = () => this.#drop(id, signal?.reason);
        signal?.addEventListener('abort', drop);
        this.#postNext();
      });
    } finally {
      if (drop) signal?.removeEventListener('abort', drop);
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#worker?.terminate();
    this.#failAll('the voice was disposed');
  }

  #postNext(): void {
    if (this.#running !== undefined) return;
    const [job] = this.#jobs.values();
    // A voice with nothing to do does not keep the process alive.
    if (!job) return void this.#worker?.unref();
    this.#worker ??= this.#watch(this.#start());
    this.#worker.ref();
    this.#running = job.id;
    this.#worker.postMessage({ id: job.id, text: job.text } satisfies VoiceJob);
  }

  #watch(worker: VoiceWorker): VoiceWorker {
    worker.on('message', (result: VoiceResult) => this.#settle(result));
    const lost = (reason: string): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#failAll(reason);
    };
    worker.on('error', (error) => lost(error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => lost('the voice stopped'));
    return worker;
  }

  /** The worker is left to finish what it has: a clause takes it less time than a new worker would. */
  #drop(id: number, reason: unknown): void {
    this.#jobs.get(id)?.reject(reason);
    this.#jobs.delete(id);
  }

  #settle(result: VoiceResult): void {
    const job = this.#jobs.get(result.id);
    this.#jobs.delete(result.id);
    this.#running = undefined;
    if (job && 'error' in result) job.reject(new VisavisError('upstreamError', `the voice failed: ${result.error}`));
    else if (job && 'speech' in result) job.resolve(result.speech);
    this.#postNext();
  }

  #failAll(reason: string): void {
    for (const { reject } of this.#jobs.values()) reject(new VisavisError('upstreamError', `the voice failed: ${reason}`));
    this.#jobs.clear();
    this.#running = undefined;
  }
}
