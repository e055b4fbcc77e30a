import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PcmQueue } from './pcm.js';

function run(queue: PcmQueue, parts: readonly Uint8Array[]): number[] {
  const out: number[] = [];
  for (const part of parts) {
    queue.push(part);
    while (!queue.isEmpty) out.push(...queue.take());
  }
  out.push(...queue.flush());
  return out;
}

it('gives the same samples however the bytes are cut, also through a sample, and from any offset', () => {
  const samples = Int16Array.from({ length: 900 }, (_, i) => ((i * 7919) % 65_536) - 32_768);
  const bytes = new Uint8Array(samples.buffer);
  const whole = run(new PcmQueue(16_000, 16_000), [bytes]);
  expect(whole).toEqual(Array.from(samples, (sample) => sample / 32_768));
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 1_800 }), { maxLength: 8 }), (cuts) => {
    const at = [0, ...cuts.sort((a, b) => a - b), 1_800];
    const parts = at.slice(1).map((to, i) => bytes.subarray(at[i], to));
    expect(run(new PcmQueue(16_000, 16_000), parts)).toEqual(whole);
  }));
});

it('counts what it holds', () => {
  const queue = new PcmQueue(16_000, 48_000);
  queue.push(new Uint8Array(64_000));
  expect(queue.byteLength).toBe(64_000);
  while (!queue.isEmpty) queue.take();
  expect(queue.byteLength).toBe(0);
});
