import { describe, expect, it } from 'vitest';
import { judgeCut, judgeSkew, problemOfPoses } from './listening.mjs';
import { chirpTimes, markerPcm, PERIOD_MS, FIRST_MS } from './marker.mjs';

const RATE = 48_000;
const BLOCK = 128;
const CALLED_MS = 1000;

/** What a page notes whose device makes sound `latencyMs` before it leaves, from the page's time 0 on. */
function notesOf({ sound, latencyMs = 20, poses = [], interrupts = [], stampEveryMs = 10 }) {
  const ms = (sound.length * 1000) / RATE;
  const made = Array.from({ length: Math.floor(sound.length / BLOCK) }, (_, i) => [i * BLOCK, Math.floor((i * BLOCK * 1000) / RATE)]);
  const stamps = Array.from({ length: Math.floor(ms / stampEveryMs) }, (_, i) => [(i * stampEveryMs) / 1000, i * stampEveryMs + latencyMs]);
  return { sound: Buffer.from(sound.buffer).toString('base64'), firstFrame: 0, rate: RATE, made, stamps, poses, arrivals: [[0, 'audio', 1]], interrupts };
}

function soundUntil(endMs, ms = 1500) {
  return Float32Array.from({ length: (ms * RATE) / 1000 }, (_, i) => (i < (endMs * RATE) / 1000 ? 0.3 * Math.sin((2 * Math.PI * 220 * i) / RATE) : 0));
}

/** A mouth that is open until the call and then closes over 100 ms. */
function closing(atMs) {
  return [atMs, atMs <= CALLED_MS ? 0.5 : 0.5 * Math.max(0, 1 - (atMs - CALLED_MS) / 100), 0, atMs <= CALLED_MS ? 1 : 0];
}

const everyFrame = (from, to, pose) => Array.from({ length: Math.floor(((to - from) * 60) / 1000) }, (_, i) => pose(from + (i * 1000) / 60));
const cutNotes = (given = {}) => notesOf({ sound: soundUntil(1020), poses: everyFrame(500, 1500, closing), interrupts: [CALLED_MS], ...given });

describe('judgeCut', () => {
  it('tells how long the sound went on, at the tap and at the device', () => {
    const judged = judgeCut(cutNotes());
    expect(judged.problem).toBeUndefined();
    expect(judged.silenceMs).toBeGreaterThan(16);
    expect(judged.silenceMs).toBeLessThanOrEqual(20);
    expect(judged.heardSilenceMs).toBeCloseTo(40, 0);
    expect(judged).toMatchObject({ stalePoses: 0, poses: 29 });
    // Closing over 100 ms, 0.05 is reached after 90, and a frame is 17; the sound begins with the first message.
    expect(judged.restMs).toBeGreaterThan(89);
    expect(judged.restMs).toBeLessThan(108);
    expect([judged.startMs, Math.round(judged.heardStartMs)]).toEqual([0, 20]);
  });

  it('counts poses of the cut utterance', () => {
    const again = (atMs) => (atMs > 1200 && atMs < 1300 ? [atMs, 0.9, 0, 1] : closing(atMs));
    expect(judgeCut(cutNotes({ poses: everyFrame(500, 1500, again) })).stalePoses).toBe(5);
  });

  it.each([
    ['a dead tap', { sound: soundUntil(0) }, /no sound/],
    ['sound that ended before the call', { sound: soundUntil(600) }, /no sound/],
    ['sound that ended just before the call', { sound: soundUntil(970) }, /before the call/],
    ['a tap that ends with the sound', { sound: soundUntil(1010, 1020) }, /tap ended/],
    ['no pose after the call', { poses: everyFrame(500, 1000, closing) }, /^0 poses/],
    ['too few poses after the call', { poses: everyFrame(500, 1150, closing) }, /^8 poses|^9 poses/],
    ['no pose before the call', { poses: everyFrame(1010, 1500, closing) }, /none before/],
    ['a device without a clock', { stampEveryMs: 5000 }, /no time/],
  ])('is no measurement with %s', (_, given, problem) => {
    const judged = judgeCut(cutNotes(given));
    expect(judged.problem).toMatch(problem);
    expect(judged.silenceMs).toBeUndefined();
  });
});

/** A marker utterance of 3 s that begins at once, seen by a mouth `aheadMs` ahead of what leaves the device. */
function skewNotes(aheadMs, given = {}) {
  const latencyMs = 20;
  const pcm = new Int16Array(markerPcm(RATE, 3000).buffer);
  const pose = (atMs) => {
    const angle = (2 * Math.PI * (atMs - latencyMs + aheadMs - FIRST_MS)) / PERIOD_MS;
    return [atMs, 0.5 + 0.495 * Math.cos(angle), 0.5 + 0.495 * Math.sin(angle), 1];
  };
  return notesOf({ sound: Float32Array.from(pcm, (value) => value / 32_768), latencyMs, poses: everyFrame(0, 3000, pose), ...given });
}

describe('judgeSkew', () => {
  it.each([0, 12, -30])('finds a mouth that is %d ms ahead of its sound', (aheadMs) => {
    const { problem, skews, unclear, chirps, startMs } = judgeSkew(skewNotes(aheadMs), chirpTimes(3000));
    expect(problem).toBeUndefined();
    expect(chirps).toBe(chirpTimes(3000).length);
    expect(skews.length).toBeGreaterThan(100);
    for (const skew of skews) expect(skew).toBeCloseTo(aheadMs, 0);
    expect(unclear).toBe(0);
    expect(startMs).toBeCloseTo(20, 0);
  });

  it('goes by the end of each step where the context’s time comes in steps', () => {
    const latencyMs = 20;
    // Neither end on a whole window.
    const stamps = everyFrame(470, 3030, (atMs) => {
      const asked = Math.floor((atMs + 0.01) / 23) + 1;
      return [(asked * 23 - latencyMs) / 1000, atMs];
    });
    const { skews, jumps } = judgeSkew({ ...skewNotes(0), stamps, stampsInSteps: true }, chirpTimes(3000));
    expect(skews.length).toBeGreaterThan(100);
    expect(jumps).toBe(0);
    for (const skew of skews) expect(Math.abs(skew)).toBeLessThan(1.5);
    expect(judgeSkew({ ...skewNotes(0), stamps }, chirpTimes(3000)).jumps).toBeGreaterThan(10);
  });

  it('has no skews where a dead tap heard no chirps', () => {
    const judged = judgeSkew(skewNotes(0, { sound: new Float32Array(3 * RATE) }), chirpTimes(3000));
    expect(judged).toMatchObject({ problem: expect.stringMatching(/^0 chirps/), skews: [], chirps: 0 });
  });

  it('has no skews without a clock', () => {
    expect(judgeSkew(skewNotes(0, { stampEveryMs: 5000 }), chirpTimes(3000))).toMatchObject({ problem: 'the device told no time', skews: [] });
  });

  it('counts poses that tell no time, and says when they are too many', () => {
    const { skews, unclear } = judgeSkew(skewNotes(0, { poses: everyFrame(0, 3000, (atMs) => [atMs, 0.5, 0.5, 1]) }), chirpTimes(3000));
    expect(skews).toEqual([]);
    expect(unclear).toBeGreaterThan(100);
    expect(problemOfPoses(0, unclear)).toMatch(/not measured/);
    expect(problemOfPoses(89, 11)).toBe('11 of 100 poses told no time (11 %)');
    expect(problemOfPoses(90, 10)).toBeUndefined();
  });
});
