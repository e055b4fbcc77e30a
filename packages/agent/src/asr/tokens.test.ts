import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTokens, textOf } from './tokens.js';

const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];
const tokens = ['<unk>', '<s>', '</s>', '▁Hello', ',', '▁wor', 'ld', '<<ST_1>>', '▁caf'].map((text) => Uint8Array.from(bytes(text)));

describe('Moonshine\'s tokens', () => {
  it('are read by their lengths, long ones too', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }), (strings) => {
      const file = strings.flatMap((string) => [...(string.length < 128 ? [string.length] : [(string.length % 128) + 128, Math.floor(string.length / 128)]), ...string]);
      expect(parseTokens(Uint8Array.from(file))).toEqual(strings);
    }));
  });

  it('are refused where the file is cut off', () => {
    expect(() => parseTokens(Uint8Array.of(3, 65, 66))).toThrow(RangeError);
  });

  it('make text: spaces for their marks, nothing for markers, letters of several bytes put together', () => {
    const split = [...tokens, Uint8Array.of(0xc3), Uint8Array.of(0xa9)];
    expect(textOf([1, 3, 4, 5, 6, 7, 8, 9, 10, 2, 99], split)).toBe('Hello, world café');
    expect(textOf([], tokens)).toBe('');
  });
});
