import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FPS, SAMPLE_RATE } from '../track.js';
import { openSystems } from './index.js';
import { networkOf } from './network.js';

/** Untrained, with the interface of the trained one. */
const tiny = fileURLToPath(new URL('../../../packages/motion/test/network/', import.meta.url));
const samples = Float32Array.from({ length: SAMPLE_RATE }, (_, i) => 0.2 * Math.sin((2 * Math.PI * 200 * i) / SAMPLE_RATE) * Math.sin((2 * Math.PI * 3 * i) / SAMPLE_RATE));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weights-'));
  for (const [name, end] of ['json', 'onnx'].flatMap((suffix) => ['old', 'fold-a'].map((stem) => [`${stem}.${suffix}`, suffix]))) cpSync(join(tiny, `motion.${end}`), join(folder, name!));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('runs any weights, named by their file, in batches as alone', async () => {
  const [system] = await openSystems([join(folder, 'old.onnx')], { clips: [] }, expect.unreachable);
  expect(system!.id).toMatch(/^weights-.*\/old\.onnx$/);
  const alone = await system!.run(samples);
  expect(alone).toHaveLength(FPS);
  const [one, other] = await Promise.all([system!.run(samples), system!.run(samples)]);
  for (const together of [one!, other!]) together.forEach((pose, k) => pose.forEach((value, i) => expect(value).toBeCloseTo(alone[k]![i]!, 4)));
  await system!.dispose?.();
});

it('takes each clip\'s own fold, and never the weights that know the clip', async () => {
  const system = await networkOf(join(folder, 'old.onnx'));
  expect(system.what).toContain('not learnt from it');
  expect(await system.run(samples, { heldOut: 'a' })).toHaveLength(FPS);
  await expect(system.run(samples, { heldOut: 'b' })).rejects.toThrow('fold-b.onnx');
  await system.dispose?.();
  writeFileSync(join(folder, 'fold-a.onnx'), 'no graph');
  const spoilt = await networkOf(join(folder, 'old.onnx'));
  await expect(spoilt.run(samples, { heldOut: 'a' })).rejects.toMatchObject({ code: 'weightsInvalid' });
  expect(await spoilt.run(samples)).toHaveLength(FPS);
  await spoilt.dispose?.();
});

it('says so where weights have no folds', async () => {
  rmSync(join(folder, 'fold-a.onnx'));
  const system = await networkOf(join(folder, 'old.onnx'));
  expect(system.what).toContain('MAY HAVE LEARNT');
  expect(await system.run(samples, { heldOut: 'a' })).toHaveLength(FPS);
  await system.dispose?.();
});

it('refuses weights that are not there, and leaves the ridge out without clips', async () => {
  await expect(openSystems([join(folder, 'none.onnx')], { clips: [] }, expect.unreachable)).rejects.toThrow('none.onnx');
  const left: string[] = [];
  expect(await openSystems(['ridge'], { clips: [] }, (what) => left.push(what))).toEqual([]);
  expect(left).toEqual([expect.stringContaining('ridge')]);
});
