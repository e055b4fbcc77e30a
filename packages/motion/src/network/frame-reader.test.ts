import { expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { FEATURES, STEP_FRAMES } from './features.js';
import { FrameReader } from './frame-reader.js';
import { layoutOf, outputsOf } from './layout.js';
import { parseManifest } from './manifest.js';
import { BANDS } from './spectrum.js';

const manifest = parseManifest(readFileSync(new URL('../../test/network/motion.json', import.meta.url), 'utf8'));
const layout = layoutOf(manifest);

it('reads the row of its stream, with the features of the time that an output is of', () => {
  const outputs = Object.fromEntries(outputsOf(layout).map(({ name, size }) => [name, Float32Array.from({ length: 3 * size }, (_, i) => i)]));
  /** Feature frame k has the numbers k, k + .1, ... behind its bands. */
  const step = (s: number): Float32Array => Float32Array.from({ length: STEP_FRAMES * FEATURES }, (_, i) => {
    return STEP_FRAMES * s + Math.floor(i / FEATURES) + 0.1 * ((i % FEATURES) - BANDS);
  });
  const reader = new FrameReader(layout, manifest);
  reader.begin(outputs, 0, step(0));
  reader.begin(outputs, 2, step(1));
  const [earlier, later] = [reader.read(0), reader.read(1)];
  // Step 1 gives frames 1 and 2: 20 and 40 ms, where feature frames 2 and 4 are.
  expect(earlier.levelToPeak).toBeCloseTo(15 * 2);
  expect(later.levelToPeak).toBeCloseTo(15 * 4);
  expect(later.levelOverFloor).toBeCloseTo(15 * (4.1 + 1));
  expect([later.voicing, later.pitch].map((value) => value.toFixed(2))).toEqual(['4.20', '4.30']);
  expect([...later.visemes]).toEqual(Array.from({ length: 15 }, (_, i) => 2 * 30 + 15 + i));
  expect([earlier.articulation[0], later.motion[0], earlier.voice, later.arousal]).toEqual([40, 65, 4, 5]);
  reader.reset();
  reader.begin(outputs, 0, step(1));
  expect(reader.read(0).levelToPeak).toBe(0);
});
