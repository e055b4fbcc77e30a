import { describe, expect, it } from 'vitest';
import { mustStandIn, mustWaitForMotion, startsAtMs, type Supply } from './policy.js';

const supply = (changes: Partial<Supply>): Supply => ({ audioMs: 0, pieceMs: 20, audioEnded: false, motionMs: 0, motionEnded: false, isCovered: false, ...changes });

describe('the start rule', () => {
  it.each([
    ['nothing there', supply({}), Infinity],
    ['too little audio', supply({ audioMs: 59, motionMs: 200 }), Infinity],
    ['a short utterance that is all there', supply({ audioMs: 20, audioEnded: true, motionEnded: true }), 0],
    ['audio and motion', supply({ audioMs: 60, motionMs: 60 }), 80],
    ['audio and motion that come faster than they are heard', supply({ audioMs: 200, pieceMs: 100, motionMs: 180 }), 0],
    ['a long piece alone', supply({ audioMs: 240, pieceMs: 240, motionMs: 220 }), 80],
    ['one so long that the voice is ahead', supply({ audioMs: 3_000, pieceMs: 3_000, motionMs: 2_980 }), 0],
    ['motion that is all there', supply({ audioMs: 100, pieceMs: 100, motionMs: 100, motionEnded: true }), 0],
    ['no motion', supply({ audioMs: 500 }), 200],
    ['motion that trails the sound by its look-ahead', supply({ audioMs: 60, motionMs: 20 }), 80],
    ['motion that trails it by more than that', supply({ audioMs: 120, motionMs: 33 }), 107],
    ['motion that trails it by far', supply({ audioMs: 500, motionMs: 59 }), 200],
  ])('%s', (_, given, expected) => {
    expect(startsAtMs(given, 'audioIndependent')).toBe(expected);
  });

  it.each([
    ['as long as was learned', supply({ audioMs: 100, motionMs: 100 }), 90],
    ['not where speech comes faster than it is heard', supply({ audioMs: 110, motionMs: 150 }), 0],
    ['for motion too', supply({ audioMs: 400, motionMs: 109 }), 90],
    ['for motion that trails a little, not twice', supply({ audioMs: 100, motionMs: 59 }), 90],
    ['not for an utterance that is all there', supply({ audioMs: 40, audioEnded: true, motionEnded: true }), 0],
  ])('with a delay of 90 ms: %s', (_, given, expected) => {
    expect(startsAtMs(given, 'audioIndependent', 90)).toBe(expected);
  });

  it('waits for motion however long in strictSync', () => {
    expect(startsAtMs(supply({ audioMs: 500 }), 'strictSync')).toBe(Infinity);
    expect(startsAtMs(supply({ audioMs: 500, motionMs: 60 }), 'strictSync')).toBe(80);
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
