import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import type * as OnnxEntry from '@visavis/motion/onnx';
import { NetworkModelError, type ModelName } from '@visavis/motion/onnx';
import { build } from '../../test/build.js';
import { connect, frameIndices, http, range, startServer } from '../../test/client.js';
import { speechBytes } from '../../test/speech.js';
import { systemClock } from '../clock.js';
import type { Logger, MotionServer, MotionServerConfig } from '../index.js';
import { Metrics } from '../metrics.js';
import { createWorkerPool } from './pool.js';

/** Where the network is loaded from: for a test's own thread, a folder of a test. */
const weights = vi.hoisted(() => ({ folder: '' }));
vi.mock('@visavis/motion/onnx', async (original) => {
  const actual = await original<typeof OnnxEntry>();
  return { ...actual, loadMotionModel: (name?: ModelName) => actual.loadMotionModel(name, { folder: weights.folder }) };
});
/** For threads: they read what was built. */
const module = new URL('../../../motion/dist/network/onnx/index.js', import.meta.url).href;
const tiny = fileURLToPath(new URL('../../../motion/test/network/', import.meta.url));

beforeAll(build, 180_000);
vi.setConfig({ testTimeout: 120_000 });

let server: MotionServer | undefined;
afterEach(() => server?.close());

const warnings: unknown[] = [];
const logger: Logger = { debug: () => undefined, info: () => undefined, warn: (fields: unknown) => void warnings.push(fields), error: () => undefined };

/** The model that a server says it runs, and what it warned of. */
async function started(config: Partial<MotionServerConfig>): Promise<{ model: unknown; warnings: unknown[] }> {
  warnings.length = 0;
  server = await startServer({ logger, ...config });
  const { model } = JSON.parse((await http(new URL('/healthz', server.consoleUrl).href)).body) as { model: unknown };
  return { model, warnings };
}

it('is the network where nothing else is said', async () => {
  weights.folder = tiny;
  expect(await started({})).toEqual({ model: 'tiny-1', warnings: [] });
  const client = await connect(server!);
  client.audio('a', speechBytes(1000), true);
  await client.ended('a');
  expect(frameIndices(client.replies('a'))).toEqual(range(30));
});

it('is the baseline with one warning where the network does not load', async () => {
  weights.folder = '/nowhere';
  expect(await started({})).toEqual({ model: 'signal-1', warnings: [{ reason: expect.stringContaining('/nowhere') as string }] });
});

it('is what was asked for, or an error', async () => {
  weights.folder = '/nowhere';
  expect(await started({ model: 'baseline' })).toEqual({ model: 'signal-1', warnings: [] });
  const error = await startServer({ model: 'network' }).catch((reason: unknown) => reason);
  expect(NetworkModelError.isInstance(error) && error.code).toBe('weightsMissing');
});

it('runs in workers, one network for each, many streams in each', async () => {
  const { model } = await started({ workers: 2, modelModule: { module, options: { folder: tiny } } });
  expect(model).toBe('tiny-1');
  const clients = await Promise.all(range(6).map(() => connect(server!)));
  for (const client of clients) client.audio('a', speechBytes(500), true);
  await Promise.all(clients.map((client) => client.ended('a')));
  for (const client of clients) expect(frameIndices(client.replies('a'))).toEqual(range(15));
});

it('fails the start of workers where their model does not load', async () => {
  await expect(startServer({ workers: 1, modelModule: { module, options: { folder: '/nowhere' } } })).rejects.toMatchObject({
    code: 'serverError', message: expect.stringContaining('/nowhere') as string,
  });
});

it('is warned of once, however many workers fall back', async () => {
  warnings.length = 0;
  const script = "require('node:worker_threads').parentPort.on('message', () => process.exit()).postMessage({ model: 'signal-1', fallback: 'no weights' })";
  const spawn = () => new Worker(script, { eval: true });
  const pool = await createWorkerPool({ model: undefined, workers: 3, spawn, metrics: new Metrics(), clock: systemClock, logger });
  expect([pool.modelId, warnings]).toEqual(['signal-1', [{ reason: 'no weights' }]]);
  await pool.dispose();
});
