import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Blocks, samplesOf } from './pcm.js';

describe('PCM', () => {
  it('is read from any byte on, and a half sample at the end is none', () => {
    const bytes = Uint8Array.of(9, 0x01, 0x02, 0xff, 0xff, 7);
    expect([...samplesOf(bytes.subarray(1))]).toEqual([0x0201, -1]);
  });

  it('comes in the same blocks however it is cut, and what is left over waits', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 20 }), fc.integer({ min: 1, max: 16 }), (lengths, length) => {
      const blocks = new Blocks(length);
      let next = 0;
      const seen = lengths.flatMap((count) => blocks.push(Int16Array.from({ length: count }, () => next++)));
      expect(seen.every((block) => block.length === length)).toBe(true);
      expect(seen.flatMap((block) => [...block])).toEqual(Array.from({ length: seen.length * length }, (_, i) => i));
      expect(blocks.waiting).toBe(next - seen.length * length);
      expect(blocks.waiting).toBeLessThan(length);
    }));
  });
});
