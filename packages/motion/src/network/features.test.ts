import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEATURES, FeatureStream, STEP_FRAMES, STEP_SAMPLES } from './features.js';

const golden = JSON.parse(readFileSync(new URL('../../../../training/golden/features.json', import.meta.url), 'utf8')) as { pcm: string; features: number[][] };
const bytes = Buffer.from(golden.pcm, 'base64');
const samples = Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i) / 32_768);

function features(pieces: readonly Float32Array[], stream = new FeatureStream()): number[] {
  const values: number[] = [];
  for (const piece of pieces) stream.push(piece, (step) => values.push(...step));
  return values;
}

describe('FeatureStream', () => {
  it('hears what the network was trained on', () => {
    const heard = features([samples]);
    const steps = Math.floor(samples.length / STEP_SAMPLES);
    expect(heard).toHaveLength(steps * STEP_FRAMES * FEATURES);
    const worst = Math.max(...heard.map((value, i) => Math.abs(value - golden.features[Math.floor(i / FEATURES)]![i % FEATURES]!)));
    expect(worst).toBeLessThan(1e-4);
  });

  it('hears the same however the samples are cut, and again after reset', () => {
    const whole = features([samples]);
    const stream = new FeatureStream();
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 30 }), (sizes) => {
      const pieces: Float32Array[] = [];
      for (let at = 0, i = 0; at < samples.length; i++) {
        const size = sizes[i % sizes.length]!;
        pieces.push(samples.subarray(at, at + size));
        at += size;
      }
      stream.reset();
      expect(features(pieces, stream)).toEqual(whole);
    }), { numRuns: 20 });
  });
});
