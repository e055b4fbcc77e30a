import { describe, expect, it } from 'vitest';
import { pixelRatio, QUALITY } from './quality.js';

describe('pixelRatio', () => {
  it.each([
    ['the screen', 1, 'ultra', 800, undefined, 1],
    ['the quality', 3, 'high', 800, undefined, 1.5],
    ['the ceiling of height', 2, 'ultra', 800, 400, 0.5],
    ['a ceiling far off', 2, 'ultra', 500, 1440, 2],
    ['no ratio at all', 0, 'ultra', 500, undefined, 1],
  ] as const)('is bounded by %s', (_, device, quality, height, maxHeight, expected) => {
    expect(pixelRatio(device, QUALITY[quality], height, maxHeight)).toBe(expected);
  });
});
