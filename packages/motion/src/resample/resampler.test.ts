import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, join, tone, whiteNoise } from '../../test/voice.js';
import { StreamingResampler } from './index.js';

const TO_16K = [8_000, 12_000, 22_050, 24_000, 32_000, 44_100, 48_000].map((from) => [from, 16_000] as const);
const PAIRS = [
  ...TO_16K, [16_000, 24_000], [16_000, 48_000], [22_050, 24_000], [44_100, 48_000], [8_000, 48_000], [48_000, 24_000], [16_000, 44_100],
] as const;

function convert(from: number, to: number, samples: Float32Array): Float32Array {
  const resampler = new StreamingResampler(from, to);
  return join([resampler.push(samples), resampler.flush()]);
}

/** Mean square of the middle of `samples`, away from both edges. */
function power(samples: Float32Array): number {
  const middle = samples.subarray(samples.length * 0.2, samples.length * 0.8);
  return middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length;
}

const decibels = (ratio: number): number => 10 * Math.log10(ratio);

describe.each(PAIRS)('from %i to %i Hz', (from, to) => {
  const nyquist = Math.min(from, to) / 2;

  it('keeps a tone in time and in shape: error 80 dB down, level within 0.1 dB', () => {
    for (const hz of [100, nyquist * 0.5, nyquist * 0.85]) {
      const output = convert(from, to, tone(hz, from, from / 2));
      const ideal = tone(hz, to, output.length);
      const error = output.map((sample, i) => sample - ideal[i]!);
      expect(decibels(power(ideal) / power(error))).toBeGreaterThan(80);
      expect(Math.abs(decibels(power(output) / power(ideal)))).toBeLessThan(0.1);
    }
  });

  it('yields the samples before the end of the input', () => {
    for (const length of [0, 1, 7, 441, 5_000]) {
      expect(convert(from, to, new Float32Array(length)).length).toBe(Math.ceil((length * to) / from));
    }
  });

  it('gives the same bits for any chunking, and again after a flush', () => {
    const samples = whiteNoise(9_001, 0.8);
    const whole = convert(from, to, samples);
    const resampler = new StreamingResampler(from, to);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 6 }), (sizes) => {
        const parts = sizes.some((size) => size > 20) ? cut(samples, sizes) : cut(samples, [...sizes, 700]);
        const output = join([...parts.map((part) => resampler.push(part)), resampler.flush()]);
        expect(Buffer.compare(Buffer.from(output.buffer), Buffer.from(whole.buffer))).toBe(0);
      }),
      { numRuns: 12 },
    );
  });
});

describe('aliases', () => {
  it.each(TO_16K.filter(([from]) => from > 16_000))('of %i to %i Hz are 80 dB down', (from, to) => {
    const loud = power(tone(1_000, from, from / 4));
    for (let hz = to / 2 + 10; hz < from / 2; hz += (from - to) / 2 / 17) {
      expect(decibels(power(convert(from, to, tone(hz, from, from / 4))) / loud)).toBeLessThan(-80);
    }
  });

  it('of 8 to 16 kHz (images of the input band) are 80 dB down', () => {
    const output = convert(8_000, 16_000, tone(3_000, 8_000, 4_000));
    const image = output.map((sample, i) => sample - 0.9 * Math.sin((2 * Math.PI * 3_000 * i) / 16_000));
    expect(decibels(power(image) / power(output))).toBeLessThan(-80);
  });
});

describe('a stream', () => {
  it('passes equal rates through, in an array of its own', () => {
    const samples = whiteNoise(50, 1);
    const output = new StreamingResampler(16_000, 16_000).push(samples);
    expect(output).toEqual(samples);
    expect(output.buffer).not.toBe(samples.buffer);
  });

  it('starts over on reset', () => {
    const resampler = new StreamingResampler(24_000, 16_000);
    resampler.push(whiteNoise(1_234, 1));
    resampler.reset();
    const samples = tone(440, 24_000, 2_400);
    expect(join([resampler.push(samples), resampler.flush()])).toEqual(convert(24_000, 16_000, samples));
  });

  it('delays no more than its delayMs', () => {
    const resampler = new StreamingResampler(48_000, 16_000);
    const produced = resampler.push(new Float32Array(4_800)).length;
    expect(produced).toBe(Math.ceil((100 - resampler.delayMs) * 16));
  });

  it.each([[0, 16_000], [16_000, Number.NaN], [22_050.5, 16_000], [44_101, 16_000], [16_000, 400_000]])('refuses %d to %d Hz', (from, to) => {
    expect(() => new StreamingResampler(from, to)).toThrow(expect.objectContaining({ code: 'unsupportedSampleRate' }));
  });
});
