import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Speech } from './speech.js';
import { WorkerVoice, type VoiceJob, type VoiceWorker } from './worker-voice.js';

const speech: Speech = { pcm: { samples: new Int16Array(160), sampleRate: 16_000 }, words: [], phonemes: [] };

/** A worker that makes a clause when told to. */
class ManualWorker extends EventEmitter {
  readonly jobs: VoiceJob[] = [];
  readonly held = { keepsAlive: true };
  postMessage(job: VoiceJob): void { this.jobs.push(job); }
  ref(): void { this.held.keepsAlive = true; }
  unref(): void { this.held.keepsAlive = false; }
  terminate(): Promise<number> { return Promise.resolve(0); }
  finish(): void { this.emit('message', { id: this.jobs.at(-1)!.id, speech }); }
}

let voice: WorkerVoice;
afterEach(() => voice.dispose());

function withWorkers(): ManualWorker[] {
  const workers: ManualWorker[] = [];
  voice = new WorkerVoice(16_000, () => {
    workers.push(new ManualWorker());
    return workers.at(-1)! as unknown as VoiceWorker;
  });
  return workers;
}

describe('the voice', () => {
  it('makes the newest of two hundred wishes, and of the others only the one it had begun', async () => {
    const workers = withWorkers();
    const dropped: Promise<unknown>[] = [];
    for (let i = 0; i < 199; i++) {
      const turn = new AbortController();
      dropped.push(expect(voice.synthesise(`wish ${i}`, turn.signal)).rejects.toThrow('cut in'));
      turn.abort(new Error('cut in'));
    }
    const newest = voice.synthesise('the newest');
    const [worker] = workers;
    worker!.finish();
    worker!.finish();
    expect(await newest).toBe(speech);
    expect(worker!.jobs.map(({ text }) => text)).toEqual(['wish 0', 'the newest']);
    expect(worker!.held.keepsAlive).toBe(false);
    await Promise.all(dropped);
  });

  it('does not begin what is aborted already', async () => {
    const workers = withWorkers();
    await expect(voice.synthesise('no', AbortSignal.abort('cut'))).rejects.toBe('cut');
    expect(workers).toEqual([]);
  });

  it('refuses more than 64 that wait', async () => {
    withWorkers();
    const waiting = Array.from({ length: 64 }, () => voice.synthesise('yes').catch((error: unknown) => error));
    await expect(voice.synthesise('no')).rejects.toMatchObject({ code: 'queueFull' });
    await voice.dispose();
    expect(await Promise.all(waiting)).toHaveLength(64);
    await expect(voice.synthesise('no')).rejects.toMatchObject({ code: 'invalidState' });
  });

  it('fails what was waiting when its worker dies, and starts another', async () => {
    const workers = withWorkers();
    const lost = voice.synthesise('lost');
    workers[0]!.emit('error', new Error('out of memory'));
    await expect(lost).rejects.toMatchObject({ code: 'upstreamError', message: expect.stringContaining('out of memory') });
    const found = voice.synthesise('found');
    workers[0]!.emit('exit');
    workers[1]!.finish();
    expect(await found).toBe(speech);
  });
});
