import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { END, WorkerQueue, type QueueWorker, type WorkerCancel, type WorkerJob } from './worker-queue.js';

/** A worker that does a job when told to. */
class ManualWorker extends EventEmitter {
  readonly jobs: WorkerJob<string>[] = [];
  readonly held = { keepsAlive: true };
  readonly cancelled: number[] = [];
  #isWorking = false;
  #isEnding = false;
  postMessage(message: WorkerJob<string> | WorkerCancel | typeof END): void {
    if (message === END) this.#isEnding = true;
    else if ('cancel' in message) this.cancelled.push(message.cancel);
    else {
      this.#isWorking = true;
      this.jobs.push(message);
    }
    this.#endAtRest();
  }
  ref(): void { this.held.keepsAlive = true; }
  unref(): void { this.held.keepsAlive = false; }
  terminate = vi.fn(() => Promise.resolve(0));
  finish(): void {
    this.#isWorking = false;
    this.emit('message', { id: this.jobs.at(-1)!.id, answer: this.jobs.at(-1)!.asked.toUpperCase() });
    this.#endAtRest();
  }
  #endAtRest(): void {
    if (this.#isEnding && !this.#isWorking) this.emit('exit');
  }
}

let queue: WorkerQueue<string, string>;
let workers: ManualWorker[] = [];
afterEach(async () => {
  const disposed = queue.dispose();
  for (const worker of workers) if (worker.jobs.length > 0) worker.finish();
  await disposed;
});

function withWorkers(): ManualWorker[] {
  workers = [];
  queue = new WorkerQueue('the voice', () => {
    workers.push(new ManualWorker());
    return workers.at(-1)! as unknown as QueueWorker;
  });
  return workers;
}

/** Answers after 300 ms, and notes that it did. */
const SLOW = `
  const { workerData: { serve, note } } = require('node:worker_threads');
  import(serve).then(({ serveQueue }) => serveQueue(async (text) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    note[0] = 1;
    return text;
  }));
`;

describe('work in a thread', () => {
  it('does the newest of two hundred wishes, and of the others only the one it had begun', async () => {
    const workers = withWorkers();
    const dropped: Promise<unknown>[] = [];
    for (let i = 0; i < 199; i++) {
      const turn = new AbortController();
      dropped.push(expect(queue.ask(`wish ${i}`, turn.signal)).rejects.toThrow('cut in'));
      turn.abort(new Error('cut in'));
    }
    const newest = queue.ask('the newest');
    const [worker] = workers;
    worker!.finish();
    worker!.finish();
    expect(await newest).toBe('THE NEWEST');
    expect(worker!.jobs.map(({ asked }) => asked)).toEqual(['wish 0', 'the newest']);
    expect(worker!.cancelled).toEqual([0]);
    expect(worker!.held.keepsAlive).toBe(false);
    await Promise.all(dropped);
  });

  it('does not begin what is aborted already', async () => {
    const workers = withWorkers();
    await expect(queue.ask('no', AbortSignal.abort('cut'))).rejects.toBe('cut');
    expect(workers).toEqual([]);
  });

  it('refuses more than 64 that wait', async () => {
    const workers = withWorkers();
    const waiting = Array.from({ length: 64 }, () => queue.ask('yes').catch((error: unknown) => error));
    await expect(queue.ask('no')).rejects.toMatchObject({ code: 'queueFull' });
    const disposed = queue.dispose();
    workers[0]!.finish();
    await disposed;
    expect(await Promise.all(waiting)).toHaveLength(64);
    await expect(queue.ask('no')).rejects.toMatchObject({ code: 'invalidState' });
  });

  it('is disposed of when its worker has ended itself, after the job that runs', async () => {
    const workers = withWorkers();
    queue.ask('long').catch(() => undefined);
    const [worker] = workers;
    const cut = expect(queue.ask('waits')).rejects.toThrow('disposed');
    let isOver = false;
    const disposed = queue.dispose().then(() => { isOver = true; });
    await cut;
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    worker!.finish();
    await disposed;
    await queue.dispose();
    expect(worker!.cancelled).toEqual([0]);
    expect(worker!.held.keepsAlive).toBe(true);
    expect(worker!.terminate).not.toHaveBeenCalled();
  });

  it('lets a thread end itself when its job is done', async () => {
    const note = new Int32Array(new SharedArrayBuffer(4));
    let exitCode: number | undefined;
    const own = new WorkerQueue<string, string>('the voice', () => {
      const thread = new Worker(SLOW, { eval: true, execArgv: [], workerData: { serve: new URL('../../dist/work/serve.js', import.meta.url).href, note } });
      thread.on('exit', (code) => { exitCode = code; });
      return thread;
    });
    expect(await own.ask('first')).toBe('first');
    note[0] = 0;
    const cut = expect(own.ask('second')).rejects.toThrow('disposed');
    await own.dispose();
    await cut;
    expect([note[0], exitCode]).toEqual([1, 0]);
  });

  it('takes a worker away that has not ended itself after thirty seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const workers = withWorkers();
    queue.ask('for ever').catch(() => undefined);
    const [worker] = workers;
    worker!.terminate.mockImplementation(() => Promise.resolve(worker!.emit('exit') ? 1 : 0));
    const disposed = queue.dispose();
    vi.advanceTimersByTime(29_999);
    expect(worker!.terminate).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    vi.useRealTimers();
    await disposed;
    expect(worker!.terminate).toHaveBeenCalledOnce();
  });

  it('fails what was waiting when its worker dies, and starts another', async () => {
    const workers = withWorkers();
    const lost = queue.ask('lost');
    workers[0]!.emit('error', new Error('out of memory'));
    await expect(lost).rejects.toMatchObject({ code: 'upstreamError', message: expect.stringContaining('out of memory') });
    const found = queue.ask('found');
    workers[0]!.emit('exit');
    workers[1]!.finish();
    expect(await found).toBe('FOUND');
  });
});
