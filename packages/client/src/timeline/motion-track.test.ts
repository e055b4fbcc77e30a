import { CHANNEL, createPose, MASK } from '@visavis/face';
import { decodeMotion, encodeMotion, type DecodedMotion } from '@visavis/protocol/motion';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_TRACK_FRAMES, MotionTrack } from './motion-track.js';

const FPS = 50;

/** `count` frames from index `first` whose jaw opens by 1/255 a frame. */
function chunk(first: number, count: number, fps = FPS): DecodedMotion {
  const poses = Array.from({ length: count }, (_, i) => {
    const pose = createPose();
    pose.values[CHANNEL.jawOpen] = ((first + i) % 250) / 255;
    return pose;
  });
  return decodeMotion(encodeMotion({ fps, firstFrame: first, mask: MASK.speech, poses }));
}

function jawAt(track: MotionTrack, timeMs: number): number | undefined {
  const pose = createPose();
  return track.sample(timeMs, pose) ? pose.values[CHANNEL.jawOpen]! * 255 : undefined;
}

describe('a motion track', () => {
  it('interpolates between frames and across chunks', () => {
    const track = new MotionTrack();
    track.add(chunk(0, 5));
    track.add(chunk(5, 5));
    expect(jawAt(track, 0)).toBeCloseTo(0);
    expect(jawAt(track, 30)).toBeCloseTo(1.5);
    expect(jawAt(track, 90)).toBeCloseTo(4.5);
    expect(jawAt(track, 180)).toBeCloseTo(9);
    expect(jawAt(track, 199)).toBeCloseTo(9);
  });

  it('covers what it has, and says where it ends', () => {
    const track = new MotionTrack();
    expect(track.coveredUntil(0)).toBe(0);
    expect(jawAt(track, 0)).toBeUndefined();
    track.add(chunk(0, 5));
    track.add(chunk(10, 5));
    expect(track.coveredUntil(0)).toBe(100);
    expect(track.coveredUntil(150)).toBe(150);
    expect(track.coveredUntil(210)).toBe(300);
    expect(jawAt(track, 150)).toBeUndefined();
    expect(jawAt(track, 220)).toBeCloseTo(11);
    track.add(chunk(5, 5));
    expect(track.coveredUntil(0)).toBe(300);
    expect(jawAt(track, 150)).toBeCloseTo(7.5);
  });

  it('drops duplicates and refuses more than its bound', () => {
    const track = new MotionTrack();
    expect(track.add(chunk(0, 5))).toBe('added');
    expect(track.add(chunk(0, 5))).toBe('duplicate');
    expect(track.frameCount).toBe(5);
    for (let first = 5; first + 600 <= MAX_TRACK_FRAMES; first += 600) track.add(chunk(first, 600));
    expect(track.add(chunk(MAX_TRACK_FRAMES, 600))).toBe('full');
    expect(track.frameCount).toBeLessThanOrEqual(MAX_TRACK_FRAMES);
    track.trim(600_000);
    expect(track.frameCount).toBeLessThan(MAX_TRACK_FRAMES / 2);
    expect(track.add(chunk(MAX_TRACK_FRAMES, 600))).toBe('added');
  });

  it('gives the same poses in whatever order chunks come and time is asked', () => {
    const starts = [0, 7, 20, 21, 40, 55];
    const ends = [7, 20, 21, 40, 55, 60];
    const permutation = fc.shuffledSubarray(starts, { minLength: starts.length });
    fc.assert(fc.property(permutation, fc.array(fc.integer({ min: 0, max: 1_180 }), { maxLength: 20 }), (order, times) => {
      const track = new MotionTrack();
      for (const first of order) track.add(chunk(first, ends[starts.indexOf(first)]! - first));
      for (const timeMs of times) expect(jawAt(track, timeMs)).toBeCloseTo(timeMs / 20, 3);
    }), { numRuns: 50 });
  });
});
