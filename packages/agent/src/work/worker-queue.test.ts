import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WorkerQueue, type QueueWorker, type WorkerCancel, type WorkerJob } from './worker-queue.js';


/** A worker that does a job when told to. */
class ManualWorker extends EventEmitter {
  readonly jobs: WorkerJob<string>[] = [];
  readonly held = { keepsAlive: true };
  readonly cancelled: number[] = [];
  postMessage(message: WorkerJob<string> | WorkerCancel): void {
    if ('cancel' in message) this.cancelled.push(message.cancel);
    else this.jobs.push(message);
  }
  ref(): void { this.held.keepsAlive = true; }
  unref(): void { this.held.keepsAlive = false; }
  terminate(): Promise<number> { return Promise.resolve(0); }
  finish(): void { this.emit('message', { id: this.jobs.at(-1)!.id, answer: this.jobs.at(-1)!.asked.toUpperCase() }); }
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

  it('is disposed of only when the job that runs is done', async () => {
    const calls = withWorkers();
    const terminated = vi.fn(() => Promise.resolve(0));
    const cut = expect(queue.ask('long')).rejects.toThrow('disposed');
    calls[0]!.terminate = terminated;
    const disposed = queue.dispose();
    await cut;
    expect(terminated).not.toHaveBeenCalled();
    calls[0]!.finish();
    await disposed;
    expect(terminated).toHaveBeenCalledOnce();
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
