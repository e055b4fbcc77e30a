import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CHANNEL_NAMES } from '@visavis/face';
import { MotionEngine, type MotionFrame } from '@visavis/motion';
import { createSignalModel } from '@visavis/motion/signal';
import { pino } from 'pino';
import { build } from '../../test/build.js';
import { connect, frameIndices, http, range, startServer } from '../../test/client.js';
import { LocalThread } from '../../test/local-thread.js';
import { ManualClock } from '../../test/manual-clock.js';
import { speechBytes, syntheticSpeech } from '../../test/speech.js';
import { systemClock } from '../clock.js';
import { Metrics } from '../metrics.js';
import { createLocalHost, type EngineHost, type EngineOptions, type RemoteEngine } from './host.js';
import type { WorkerThread } from './lane.js';
import { loadModel, type ModelChoice } from './load-model.js';
import { END } from './messages.js';
import { createWorkerPool } from './pool.js';

beforeAll(build, 180_000);
vi.setConfig({ testTimeout: 120_000 });

const RATES = [8000, 16_000, 22_050, 24_000, 44_100, 48_000];
const at = (sampleRate: number, rest: Partial<EngineOptions> = {}): EngineOptions => ({ sampleRate, fps: 30, startMs: 0, warmupMs: 0, expression: {}, ...rest });
const speech = (ms: number, rate: number) => Float32Array.from(syntheticSpeech(ms, rate), (sample) => sample / 32_768);

function pieces(samples: Float32Array, rate: number, ms = 20): Float32Array[] {
  const size = Math.round((rate * ms) / 1000);
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, i) => samples.slice(i * size, (i + 1) * size));
}

/** What an engine gives for audio; `before` is called ahead of each push. */
async function frames(engine: RemoteEngine, audio: readonly Float32Array[], before: (piece: number) => unknown = () => undefined): Promise<MotionFrame[]> {
  const all: MotionFrame[] = [];
  for (const [i, piece] of audio.entries()) {
    await before(i);
    all.push(...(await engine.push(piece)));
  }
  await before(audio.length);
  all.push(...(await engine.finish()));
  engine.close();
  return all;
}

async function expected(audio: readonly Float32Array[], options: EngineOptions): Promise<MotionFrame[]> {
  const engine = new MotionEngine({ model: createSignalModel(), ...options });
  for (const piece of audio) engine.push(piece);
  engine.flush();
  return engine.pull();
}

const plain = (all: readonly MotionFrame[]) => all.map(({ index, timeMs, pose }) => [index, timeMs, ...pose.values]);

/** A pool, and its threads in the order they were made. */
async function createPool<Thread extends WorkerThread>(workers: number, make: (n: number) => Thread, clock = systemClock) {
  const threads: Thread[] = [];
  const spawn = (): Thread => {
    threads.push(make(threads.length));
    return threads.at(-1)!;
  };
  const metrics = new Metrics();
  const pool = await createWorkerPool({ model: undefined, workers, spawn, metrics, clock, logger: pino({ level: 'silent' }) });
  return { pool, threads, metrics };
}

const threadOf = (model: ModelChoice) => () => new Worker(new URL('../../dist/engine/worker.js', import.meta.url), { execArgv: [], workerData: model });
/** Of workers that may be taken away while they work. */
const local = () => new LocalThread({ model: createSignalModel() });

/** The largest difference of any channel. */
function difference(a: readonly MotionFrame[], b: readonly MotionFrame[]): number {
  return Math.max(...a.map(({ pose }, i) => Math.max(...pose.values.map((value, c) => Math.abs(value - b[i]!.pose.values[c]!)))));
}

let host: EngineHost;
afterEach(() => host.dispose());

const HOSTS: [string, () => Promise<EngineHost>][] = [
  ['in this thread', async () => createLocalHost(createSignalModel(), true)],
  ['in workers', async () => (await createPool(2, threadOf('baseline'))).pool],
];

describe.each(HOSTS)('engines %s', (_, create) => {
  it.each(RATES)('give at %i Hz what an engine gives, bit for bit', async (rate) => {
    host = await create();
    const audio = pieces(speech(1510, rate), rate);
    const all = await frames(host.join().open(at(rate)), audio);
    expect(plain(all)).toEqual(plain(await expected(audio, at(rate))));
  });

  it('keep sessions apart', async () => {
    host = await create();
    const seats = range(12).map(() => host.join());
    const audios = seats.map((_, i) => pieces(speech(600 + 100 * i, 16_000), 16_000));
    const all = await Promise.all(seats.map((seat, i) => frames(seat.open(at(16_000)), audios[i]!)));
    for (const [i, audio] of audios.entries()) expect(plain(all[i]!)).toEqual(plain(await expected(audio, at(16_000))));
    for (const seat of seats) seat.leave();
  });

  it('resume', async () => {
    host = await create();
    const audio = pieces(speech(1500, 16_000), 16_000);
    const options = at(16_000, { startMs: 2000, warmupMs: 500 });
    const all = await frames(host.join().open(options), audio);
    expect(all.map(({ index }) => index)).toEqual(range(30, 60));
    expect(plain(all)).toEqual(plain(await expected(audio, options)));
  });

  it('refuse samples that are none, and go on', async () => {
    host = await create();
    const engine = host.join().open(at(16_000));
    await expect(engine.push(Float32Array.of(NaN))).rejects.toMatchObject({ name: 'MotionInputError', code: 'invalidSamples' });
    engine.close();
    expect(await frames(host.join().open(at(16_000)), [speech(100, 16_000)])).toHaveLength(3);
  });

  it('refuse options they cannot take', async () => {
    host = await create();
    await expect((async () => host.join().open(at(16_000, { fps: 1 })).push(new Float32Array(1)))()).rejects.toMatchObject({ code: 'unsupportedFrameRate' });
  });

  it('give nothing after close', async () => {
    host = await create();
    const engine = host.join().open(at(16_000));
    const pushed = engine.push(speech(1000, 16_000));
    engine.close();
    expect(await pushed).toEqual([]);
    engine.close();
  });
});

describe('what is told as speech goes on', () => {
  const clause = [{ text: 'ɑ', startMs: 500, endMs: 600 }, { text: 'b', startMs: 600, endMs: 700 }, { text: 'ɑ', startMs: 700, endMs: 1000 }];
  const audio = pieces(speech(1200, 16_000), 16_000);
  const told = (engine: RemoteEngine, before: (piece: number) => unknown = () => undefined) => frames(engine, audio, (i) => {
    if (i === 25) engine.tell({ phonemes: clause });
    return before(i);
  });

  it('reaches the network in another thread, and the one that takes over', async () => {
    const { model } = await loadModel('network');
    const { pool, threads } = await createPool(1, threadOf('network'));
    host = pool;
    const here = createLocalHost(model, true);
    const expression = { phonemes: clause };
    const whole = await frames(here.join().open(at(16_000, { expression })), audio);
    const untold = await frames(here.join().open(at(16_000)), audio);
    await here.dispose();
    expect(difference(whole, untold)).toBeGreaterThan(0.1);
    expect(difference(await told(host.join().open(at(16_000))), whole)).toBeLessThan(1e-4);
    const moved = await told(host.join().open(at(16_000)), (i) => void (i === 28 && threads[0]!.postMessage(END)));
    expect(threads).toHaveLength(2);
    expect(difference(moved, whole)).toBeLessThan(0.05);
  });
});

describe('a worker that ends', () => {
  const LONG_MS = 9000;

  it.each(RATES)('in the middle of an utterance at %i Hz costs no frame and repeats none', async (rate) => {
    const { pool, threads, metrics } = await createPool(1, local);
    host = pool;
    const audio = pieces(speech(LONG_MS, rate), rate);
    const crashes = new Set([3, 151, 333]);
    const all = await frames(host.join().open(at(rate)), audio, (i) => void (crashes.has(i) && threads.at(-1)?.terminate()));
    const whole = await expected(audio, at(rate));
    expect(threads).toHaveLength(4);
    expect(await metrics.text()).toContain('visavis_worker_exits_total 3');
    expect(all.map(({ index, timeMs }) => [index, timeMs])).toEqual(whole.map(({ index, timeMs }) => [index, timeMs]));
    expect(difference(all, whole)).toBeLessThan(0.05);
    expect(plain(all.slice(0, 80))).toEqual(plain(whole.slice(0, 80))); // all audio so far was heard again
  });

  it.each([['before a push', 0], ['with the last push', 449], ['with the end', 450]])('%s, too', async (_, piece) => {
    const { pool, threads } = await createPool(1, local);
    host = pool;
    const audio = pieces(speech(LONG_MS, 16_000), 16_000);
    const all = await frames(host.join().open(at(16_000)), audio, (i) => void (i === piece && threads[0]!.terminate()));
    expect(all.map(({ index }) => index)).toEqual(range(270));
  });

  it('while nothing is asked of it, too', async () => {
    const { pool, threads } = await createPool(2, local);
    host = pool;
    const audio = pieces(speech(2000, 16_000), 16_000);
    const all = await frames(host.join().open(at(16_000)), audio, (i) => (i === 40 ? threads[0]!.terminate() : undefined));
    expect(threads).toHaveLength(3);
    expect(plain(all)).toEqual(plain(await expected(audio, at(16_000))));
  });

  it('moves its sessions to the others, and leaves those of the others alone', async () => {
    const { pool, threads } = await createPool(2, local);
    host = pool;
    const audio = pieces(speech(2000, 16_000), 16_000);
    const run = (i: number) => void (i === 50 && threads[1]!.terminate());
    const all = await Promise.all(range(6).map((n) => frames(host.join().open(at(16_000)), audio, n === 0 ? run : undefined)));
    const whole = plain(await expected(audio, at(16_000)));
    for (const one of all) expect(plain(one)).toEqual(whole);
  });

  it('again and again under one request costs that request', async () => {
    const { pool, threads } = await createPool(1, local);
    host = pool;
    const engine = host.join().open(at(16_000));
    const crashing = frames(engine, pieces(speech(2000, 16_000), 16_000), () => threads.at(-1)!.terminate());
    await expect(crashing).rejects.toThrow('ended 4 times');
    engine.close();
    expect(await frames(host.join().open(at(16_000)), [speech(100, 16_000)])).toHaveLength(3);
  });

  it('is left when it has worked for too long without an answer, and taken away where it does not end itself', async () => {
    const clock = new ManualClock();
    const stuck = Object.assign(new EventEmitter(), { postMessage: vi.fn(), terminate: vi.fn(() => Promise.resolve(stuck.emit('exit'))) });
    const { pool, threads } = await createPool<WorkerThread>(1, (n) => {
      if (n > 0) return local();
      queueMicrotask(() => stuck.emit('message', { model: 'signal-1' }));
      return stuck;
    }, clock);
    host = pool;
    const pending = frames(host.join().open(at(16_000)), [speech(20_000, 48_000)]);
    await new Promise(setImmediate); // the batch leaves
    clock.advance(10_000);
    expect(threads).toHaveLength(2);
    expect(await pending).toHaveLength(1800);
    expect(stuck.postMessage).toHaveBeenLastCalledWith(END, []);
    expect(stuck.terminate).not.toHaveBeenCalled();
    clock.advance(30_000);
    expect(stuck.terminate).toHaveBeenCalledOnce();
  });

  it('ends itself when the pool is disposed of in the middle of its work, and fails what was asked of it', async () => {
    const { pool, threads } = await createPool(2, threadOf('network'));
    host = pool;
    const codes = threads.map((thread) => new Promise((resolve) => thread.once('exit', resolve)));
    const calls = range(8).map(() => host.join().open(at(16_000)).push(speech(4_000, 16_000)));
    const ended = Promise.allSettled(calls);
    await new Promise((resolve) => setTimeout(resolve, 30)); // they are under way
    await host.dispose();
    expect(await Promise.all(codes)).toEqual([0, 0]);
    for (const call of await ended) expect(call).toMatchObject({ status: 'rejected', reason: { message: 'no worker runs' } });
  });

  it('before it could work fails the start', async () => {
    host = createLocalHost(createSignalModel(), true);
    const spawn = () => new Worker('process.exit(1)', { eval: true });
    const starting = createWorkerPool({ model: 'baseline', workers: 1, spawn, metrics: new Metrics(), clock: systemClock, logger: pino({ level: 'silent' }) });
    await expect(starting).rejects.toMatchObject({ code: 'serverError' });
  });
});

describe('a model that works in batches', () => {
  const url = new URL('../../test/batched-model.mjs', import.meta.url).href;
  const jaw = CHANNEL_NAMES.indexOf('jawOpen');
  const smile = CHANNEL_NAMES.indexOf('mouthSmileLeft');
  const inPool = (workers: number, options?: unknown) => createWorkerPool({
    workers, model: { module: url, options }, metrics: new Metrics(), clock: systemClock, logger: pino({ level: 'silent' }),
  });
  /** What the model wrote into the poses: how many sessions were in its step, and which thread it was. */
  const batches = (all: readonly MotionFrame[]) => all.map(({ pose }) => Math.round(pose.values[jaw]! * 64));
  const threadsOf = (all: readonly MotionFrame[]) => new Set(all.map(({ pose }) => Math.round(pose.values[smile]! * 1000)));
  const second = (): Float32Array => new Float32Array(16_000);

  it.each([['in this thread', 0], ['in a worker', 1]])('%s gets the sessions of a tick in one step', async (_, workers) => {
    host = workers === 0 ? createLocalHost((await loadModel({ module: url })).model, true) : await inPool(workers);
    const engines = range(8).map(() => host.join().open(at(16_000)));
    const all = await Promise.all(engines.map((engine) => engine.push(second())));
    for (const one of all) {
      expect(one.length).toBeGreaterThan(20);
      expect(new Set(batches(one))).toEqual(new Set([8]));
    }
  });

  it('keeps a session on its thread, and spreads sessions over the threads', async () => {
    host = await inPool(2);
    const seats = range(4).map(() => host.join());
    const seen = await Promise.all(seats.map(async (seat) => {
      const all: MotionFrame[] = [];
      for (let request = 0; request < 3; request++) all.push(...(await frames(seat.open(at(16_000)), [second(), second()])));
      return threadsOf(all.filter(({ index }) => index < 50)); // the last frames ease to rest
    }));
    expect(seen.map(({ size }) => size)).toEqual([1, 1, 1, 1]);
    expect(new Set(seen.flatMap((threads) => [...threads])).size).toBe(2);
  });

  it('fails the start in its own words where it cannot be made', async () => {
    host = createLocalHost(createSignalModel(), true);
    await expect(inPool(1, { fails: 'no weights here' })).rejects.toMatchObject({ code: 'serverError', message: expect.stringContaining('no weights here') as string });
    await expect(startServer({ modelModule: { module: url, options: { fails: 'no weights here' } } })).rejects.toThrow('no weights here');
  });
});

describe('a server with workers', () => {
  it('answers as one without, and tells of its batches', async () => {
    const server = await startServer({ workers: 2 });
    host = { modelId: '', join: () => { throw new Error('unused'); }, dispose: () => server.close() };
    const clients = await Promise.all(range(6).map(() => connect(server, { capabilities: 'audio' })));
    for (const client of clients) client.audio('a', speechBytes(3000), true);
    await Promise.all(clients.map((client) => client.ended('a')));
    for (const client of clients) expect(frameIndices(client.replies('a'))).toEqual(range(90));
    expect((await http(new URL('/metrics', server.consoleUrl).href)).body).toMatch(/visavis_batch_size_count [1-9]/);
  });

  it('takes no model of its own', async () => {
    host = createLocalHost(createSignalModel(), true);
    await expect(startServer({ workers: 1, model: createSignalModel() })).rejects.toMatchObject({ code: 'invalidConfiguration' });
  });
});
