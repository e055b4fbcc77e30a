import { expect, it } from 'vitest';
import { tone } from '../test/voice.js';
import { Conditioner } from './condition.js';

it('takes out an offset that is there from the start, without a click', () => {
  const clean = new Conditioner(16_000).push(new Float32Array(1_600).fill(0.4));
  expect(clean.every((sample) => Math.abs(sample) < 1e-6)).toBe(true);
});

it('leaves a voice as it is', () => {
  const voice = tone(200, 16_000, 16_000, 0.5);
  const clean = new Conditioner(16_000).push(voice).subarray(8_000);
  const peak = clean.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  expect(peak).toBeGreaterThan(0.49);
  expect(peak).toBeLessThan(0.505);
});

it('clips what is louder than full scale', () => {
  const clipped = new Conditioner(16_000).push(Float32Array.of(0, 1e30, -1e30));
  const full = new Conditioner(16_000).push(Float32Array.of(0, 1, -1));
  expect(clipped).toEqual(full);
});

it.each([Number.NaN, Infinity, -Infinity])('refuses %d and has then taken nothing', (bad) => {
  const conditioner = new Conditioner(16_000);
  expect(() => conditioner.push(Float32Array.of(0.5, bad))).toThrow(expect.objectContaining({ code: 'invalidSamples' }));
  expect(conditioner.push(Float32Array.of(0.1))).toEqual(new Conditioner(16_000).push(Float32Array.of(0.1)));
});

it('never mutates what it is given', () => {
  const samples = Float32Array.of(2, 0.5);
  new Conditioner(16_000).push(samples);
  expect([...samples]).toEqual([2, 0.5]);
});
