import { expect, it } from 'vitest';
import { whiteNoise } from '../../test/voice.js';
import { CosinePair } from './cosine.js';

it('gives the cosine transforms of two even signals', () => {
  const half = 32;
  const signals = [whiteNoise(half + 1, 1), whiteNoise(half + 6, 1).subarray(5)].map((noise) => Float64Array.from(noise));
  const expected = signals.map((signal) => Array.from({ length: 20 }, (_, k) => signal.reduce((sum, value, n) => {
    // Each value but the first and the last stands for its mirror image, too.
    return sum + (n === 0 || n === half ? 1 : 2) * value * Math.cos((Math.PI * k * n) / half);
  }, 0)));
  new CosinePair(half).transform(signals[0]!, signals[1]!, 19);
  signals.forEach((signal, i) => expected[i]!.forEach((value, k) => expect(signal[k]).toBeCloseTo(value, 10)));
});
