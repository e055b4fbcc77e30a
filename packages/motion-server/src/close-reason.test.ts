import fc from 'fast-check';
import { expect, it } from 'vitest';
import { closeReason } from './close-reason.js';

it('a close reason is the text, or a beginning of it that fits and is whole characters', () => {
  expect(closeReason('no audio input for 5 seconds').toString()).toBe('no audio input for 5 seconds');
  expect(closeReason(`${'a'.repeat(121)}…`).toString()).toBe('a'.repeat(121));
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
    const bytes = closeReason(text);
    expect(bytes.length).toBeLessThanOrEqual(123);
    expect(text.startsWith(strict.decode(bytes))).toBe(true);
  }));
});
