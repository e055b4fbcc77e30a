import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cut, join } from '../test/voice.js';
import { Pcm16Decoder } from './pcm.js';

it('reads little-endian samples from -1 to just under 1', () => {
  const samples = new Pcm16Decoder().push(Uint8Array.of(0x00, 0x80, 0xff, 0x7f, 0x00, 0x00, 0xff, 0xff));
  expect([...samples]).toEqual([-1, 32767 / 32768, 0, -1 / 32768]);
});

it('gives the same samples however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (bytes, sizes) => {
      const decoder = new Pcm16Decoder();
      const parts = cut(bytes, sizes).flatMap((part) => [decoder.push(part), decoder.push(new Uint8Array(0))]);
      expect(join(parts)).toEqual(new Pcm16Decoder().push(bytes));
    }),
  );
});

it('reads a view at its own offset, odd ones included', () => {
  const view = Uint8Array.of(9, 9, 9, 0x00, 0x40, 9).subarray(3, 5);
  expect([...new Pcm16Decoder().push(view)]).toEqual([0.5]);
});

it('forgets a left-over byte on reset', () => {
  const decoder = new Pcm16Decoder();
  decoder.push(Uint8Array.of(0x12));
  decoder.reset();
  expect([...decoder.push(Uint8Array.of(0x00, 0x40))]).toEqual([0.5]);
});
