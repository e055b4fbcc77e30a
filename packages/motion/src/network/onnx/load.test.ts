import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHANNEL } from '@visavis/face';
import { BABBLE, speak } from '../../../test/voice.js';
import { MotionEngine } from '../../index.js';
import { createModel, loadNetworkModel } from './index.js';

const tiny = fileURLToPath(new URL('../../../test/network/', import.meta.url));
const shipped = fileURLToPath(new URL('../../../../../models/motion.onnx', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'visavis-'));
  for (const name of ['motion.onnx', 'motion.json']) cpSync(join(tiny, name), join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

const graphPath = (): string => join(folder, 'motion.onnx');

function changeManifest(change: object): void {
  const path = join(folder, 'motion.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')) as object, ...change }));
}

/** The manifest describes the file that is there, whatever that holds. */
function describeGraph(): void {
  const graph = readFileSync(graphPath());
  changeManifest({ bytes: graph.length, sha256: createHash('sha256').update(graph).digest('hex') });
}

describe('loadNetworkModel', () => {
  it('gives a model with the manifest\'s name and look-ahead', async () => {
    const model = await createModel({ folder });
    expect(model).toMatchObject({ id: 'tiny-1', sampleRate: 16_000, poseRateHz: 50, lookaheadMs: 60 });
    await model.dispose();
  });

  it.each(['motion.onnx', 'motion.json'])('says that %s is missing, and where', async (name) => {
    rmSync(join(folder, name));
    await expect(loadNetworkModel({ folder })).rejects.toMatchObject({ code: 'weightsMissing', message: expect.stringContaining(join(folder, name)) });
  });

  it('says that the graph is truncated', async () => {
    truncateSync(graphPath(), 1000);
    await expect(loadNetworkModel({ folder })).rejects.toMatchObject({ code: 'weightsInvalid', message: expect.stringContaining('1000 bytes') });
  });

  it('says that one bit of it is wrong', async () => {
    const graph = readFileSync(graphPath());
    graph[graph.length >> 1]! ^= 1;
    writeFileSync(graphPath(), graph);
    await expect(loadNetworkModel({ folder })).rejects.toMatchObject({ code: 'weightsInvalid', message: expect.stringContaining('sha256') });
  });

  it('says that onnxruntime cannot read it', async () => {
    writeFileSync(graphPath(), 'no graph at all');
    describeGraph();
    await expect(loadNetworkModel({ folder })).rejects.toMatchObject({ code: 'weightsInvalid', message: expect.stringContaining('onnxruntime cannot read') });
  });

  it.each([
    ['another size', { state: { stem: [6, 67], hidden: [8] } }, 'no stem'],
    ['other rings', { rings: { past: { dilations: [1, 2, 4], taps: 4, width: 8 } } }, 'no past'],
    ['a state that the graph has not', { state: { stem: [6, 68], hidden: [8], more: [1] } }, 'no more'],
    ['a state too few', { state: { stem: [6, 68] } }, 'hidden'],
  ])('says that graph and manifest do not belong together: %s', async (_, change, what) => {
    changeManifest(change);
    await expect(loadNetworkModel({ folder })).rejects.toMatchObject({ code: 'weightsInvalid', message: expect.stringContaining(what) });
  });

  it('takes no options that it does not understand', async () => {
    await expect(createModel({ folder: 3 })).rejects.toThrow('options.folder');
  });

  it.skipIf(!existsSync(shipped))('finds the weights that come with it, and they move a mouth (skipped without them)', async () => {
    const model = await loadNetworkModel();
    const engine = new MotionEngine({ model, sampleRate: 16_000, fps: 30 });
    engine.push(speak(BABBLE));
    engine.flush();
    const jaw = (await engine.pull()).map(({ pose }) => pose.values[CHANNEL.jawOpen]!);
    expect(jaw.length).toBeGreaterThan(30);
    expect(Math.max(...jaw)).toBeGreaterThan(Math.min(...jaw) + 0.02);
    engine.close();
    await model.dispose();
  });
});
