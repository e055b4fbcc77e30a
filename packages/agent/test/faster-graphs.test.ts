import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { toFloatSamples } from '@visavis/motion';
import { Moonshine } from '../src/asr/moonshine.js';
import { convsAsProducts, importRuntime, multiplyBytes, openRewritten } from '../src/graph/index.js';
import { ModelStore } from '../src/models/index.js';
import { DURATIONS, KokoroModel } from '../src/tts/kokoro/model.js';
import { AUSTEN, AUSTEN_TEXT } from './speech.js';

const runtime = await importRuntime();
const models = new ModelStore();
/** What is written in between goes where nothing else does. */
const folder = mkdtempSync(join(tmpdir(), 'visavis-test-'));
beforeAll(() => { process.env['TMPDIR'] = folder; });
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());
const isThere = { base: await models.isThere('moonshine-base'), kokoro: await models.isThere('kokoro') };
const session = { executionProviders: ['cpu'], intraOpNumThreads: 1, logSeverityLevel: 3 } as const;

/** How much a rewriting changes of a file as it is published. */
async function changes(path: string, rewrite: typeof multiplyBytes): Promise<number> {
  const counting = vi.fn(rewrite);
  await (await openRewritten(runtime, path, { session, rewrite: counting })).release();
  return counting.mock.results[0]!.value as number;
}

it.skipIf(!isThere.base)('Moonshine base multiplies bytes, and understands speech (skipped where it is not there: "visavis models pull moonshine-base")', async () => {
  const model = models.folderOf('moonshine-base');
  const left = join(folder, 'visavis-model-of-one-that-was-killed');
  mkdirSync(left);
  utimesSync(left, 0, 0);
  expect(await changes(join(model, 'encoder_model.ort'), multiplyBytes)).toBe(48);
  expect(await changes(join(model, 'decoder_model_merged.ort'), multiplyBytes)).toBe(146);
  const warned = vi.spyOn(process, 'emitWarning');
  const { text, confidence } = await (await Moonshine.load(model)).transcribe(toFloatSamples(AUSTEN));
  expect(warned).not.toHaveBeenCalled();
  expect(readdirSync(tmpdir())).toEqual([]);
  const words = (from: string): string[] => from.toLowerCase().match(/[a-z]+/g) ?? [];
  expect(words(AUSTEN_TEXT).filter((word) => !words(text).includes(word))).toEqual([]);
  expect(confidence).toBeGreaterThan(0.9);
}, 60_000);

it.skipIf(!isThere.kokoro)('Kokoro convolves by products, and speaks as it did (skipped where it is not there: "visavis models pull kokoro")', async () => {
  const model = models.folderOf('kokoro');
  expect(await changes(join(model, 'kokoro.onnx'), convsAsProducts)).toBe(84);
  const letters = 'həlˈO, wˌʌt kæn ˌI dˈu fɔɹ ju?';
  const asItCame = await openRewritten(runtime, join(model, 'kokoro.onnx'), { session, rewrite: () => 0, outputs: [DURATIONS] });
  const before = await KokoroModel.of(asItCame, model).then((kokoro) => kokoro.speak(letters, 'af_heart', 1));
  const warned = vi.spyOn(process, 'emitWarning');
  const after = await KokoroModel.load(model).then((kokoro) => kokoro.speak(letters, 'af_heart', 1));
  expect(warned).not.toHaveBeenCalled();
  expect(after.frames).toEqual(before.frames);
  const product = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  expect(product(after.audio, before.audio) / Math.sqrt(product(after.audio, after.audio) * product(before.audio, before.audio))).toBeGreaterThan(0.98);
}, 60_000);
