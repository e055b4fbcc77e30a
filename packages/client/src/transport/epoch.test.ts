import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareEpochs } from './epoch.js';

it('compares epochs across the wrap of 32 bits', () => {
  expect(compareEpochs(0, 0xffffffff)).toBe('newer');
  expect(compareEpochs(0xffffffff, 0)).toBe('older');
  const epoch = fc.integer({ min: 0, max: 0xffffffff });
  fc.assert(fc.property(epoch, fc.integer({ min: 1, max: 0x7fffffff }), (current, step) => {
    expect(compareEpochs((current + step) >>> 0, current)).toBe('newer');
    expect(compareEpochs(current, (current + step) >>> 0)).toBe('older');
    expect(compareEpochs(current, current)).toBe('same');
  }));
});
