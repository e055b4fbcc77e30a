import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudioHistory } from './audio-history.js';

const RATES = [8000, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

describe('AudioHistory', () => {
  it('gives back the audio from a time on, begun on a whole 40 ms, and holds no more than was asked for and a step', () => {
    const arbitrary = fc.record({
      rate: fc.constantFrom(...RATES), originMs: fc.nat(5000), sizes: fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), keepMs: fc.nat(500),
    });
    fc.assert(fc.property(arbitrary, ({ rate, originMs, sizes, keepMs }) => {
      const history = new AudioHistory(rate, originMs);
      let total = 0;
      for (const size of sizes) {
        history.push(Float32Array.from({ length: size }, (_, i) => total + i));
        total += size;
        history.forget(history.endMs - keepMs);
        expect(history.length).toBeLessThanOrEqual(((keepMs + 40) * rate) / 1000);
      }
      const askedMs = Math.max(originMs, history.endMs - keepMs);
      const { originMs: fromMs, samples } = history.from(askedMs);
      expect((fromMs - originMs) % 40).toBe(0);
      const first = ((fromMs - originMs) * rate) / 1000;
      expect([...samples]).toEqual(Array.from({ length: Math.max(0, total - first) }, (_, i) => first + i));
      expect(fromMs).toBeLessThan(askedMs + 40);
    }));
  });
});
