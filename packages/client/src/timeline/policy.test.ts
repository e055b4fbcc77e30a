import { describe, expect, it } from 'vitest';
import { mayStart, mustStandIn, mustWaitForMotion, type Supply } from './policy.js';

const supply = (changes: Partial<Supply>): Supply => ({ audioMs: 0, pieceMs: 20, audioEnded: false, motionMs: 0, motionEnded: false, isCovered: false, ...changes });

describe('the start rule', () => {
  it.each([
    ['nothing there', supply({}), 500, false],
    ['too little audio', supply({ audioMs: 59, motionMs: 200 }), 500, false],
    ['a short utterance that is all there', supply({ audioMs: 20, audioEnded: true, motionEnded: true }), 0, true],
    ['audio and motion', supply({ audioMs: 60, motionMs: 60 }), 0, true],
    ['motion too short, soon', supply({ audioMs: 500, motionMs: 59 }), 199, false],
    ['motion too short, after the wait', supply({ audioMs: 500, motionMs: 59 }), 200, true],
  ])('%s', (_, given, waitedMs, expected) => {
    expect(mayStart(given, waitedMs, 'audioIndependent')).toBe(expected);
  });

  it.each([
    ['as long as was learned', supply({ audioMs: 100, motionMs: 100 }), 89, false],
    ['no longer', supply({ audioMs: 100, motionMs: 100 }), 90, true],
    ['not where speech comes faster than it is heard', supply({ audioMs: 110, motionMs: 150 }), 0, true],
    ['for motion too', supply({ audioMs: 400, motionMs: 149 }), 0, false],
    ['not for an utterance that is all there', supply({ audioMs: 40, audioEnded: true, motionEnded: true }), 0, true],
  ])('with a delay of 90 ms: %s', (_, given, waitedMs, expected) => {
    expect(mayStart(given, waitedMs, 'audioIndependent', 90)).toBe(expected);
  });

  it('waits for motion however long in strictSync', () => {
    expect(mayStart(supply({ audioMs: 500 }), 60_000, 'strictSync')).toBe(false);
    expect(mayStart(supply({ audioMs: 500, motionMs: 60 }), 0, 'strictSync')).toBe(true);
  });
});

describe('starvation', () => {
  it('never holds the sound in audioIndependent', () => {
    expect(mustWaitForMotion(supply({}), false, 'audioIndependent')).toBe(false);
  });

  it('holds in strictSync when motion runs out, and lets go with some in store', () => {
    expect(mustWaitForMotion(supply({ motionMs: 21 }), false, 'strictSync')).toBe(false);
    expect(mustWaitForMotion(supply({ motionMs: 19 }), false, 'strictSync')).toBe(true);
    expect(mustWaitForMotion(supply({ motionMs: 79 }), true, 'strictSync')).toBe(true);
    expect(mustWaitForMotion(supply({ motionMs: 80 }), true, 'strictSync')).toBe(false);
    expect(mustWaitForMotion(supply({ motionMs: 0, motionEnded: true }), true, 'strictSync')).toBe(false);
  });
});

it('the stand-in comes when motion runs out, goes when there is enough again, and does not come for the last frame', () => {
  expect(mustStandIn(supply({ motionMs: 20 }), false)).toBe(false);
  expect(mustStandIn(supply({ motionMs: 19 }), false)).toBe(true);
  expect(mustStandIn(supply({ motionMs: 119 }), true)).toBe(true);
  expect(mustStandIn(supply({ motionMs: 120 }), true)).toBe(false);
  expect(mustStandIn(supply({ motionMs: 0, isCovered: true }), false)).toBe(false);
});
