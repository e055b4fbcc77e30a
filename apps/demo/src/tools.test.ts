import { expect, it } from 'vitest';
import { describeOrder } from './tools.js';

it.each([
  ['427', 'Order 427, a set of six blue mugs, is being packed. It should be with you on Monday.'],
  ['#101.', 'Order 101, a brass desk lamp, was delivered last Friday.'],
  ['999', 'I find no order 999. Try 101, 212, 427 or 500.'],
])('order %s', (number, said) => {
  expect(describeOrder(number)).toBe(said);
});
