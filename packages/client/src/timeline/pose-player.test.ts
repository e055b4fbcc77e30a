import { CHANNEL, CHANNEL_COUNT, createPose, IdleLife, MASK, maskOf } from '@visavis/face';
import { decodeMotion, encodeMotion } from '@visavis/protocol/motion';
import { describe, expect, it } from 'vitest';
import { MotionTrack } from './motion-track.js';
import type { Presence } from './presence.js';
import { PosePlayer, RELEASE_MS } from './pose-player.js';

/** Two seconds of an open jaw, a raised brow and, at 1 s, shut eyes. */
function speaking(jawOpen = 0.8): MotionTrack {
  const track = new MotionTrack();
  const mask = MASK.speech.map((on, i) => on | maskOf(['browInnerUp', 'eyeBlinkLeft', 'headPitch'])[i]!);
  const poses = Array.from({ length: 50 }, (_, i) => {
    const pose = createPose();
    pose.values[CHANNEL.jawOpen] = jawOpen;
    pose.values[CHANNEL.browInnerUp] = 0.4;
    pose.values[CHANNEL.headPitch] = 0.05;
    pose.values[CHANNEL.eyeBlinkLeft] = i >= 25 && i < 28 ? 1 : 0;
    return pose;
  });
  track.add(decodeMotion(encodeMotion({ fps: 25, firstFrame: 0, mask, poses })));
  return track;
}

describe('the pose player', () => {
  it('is idle life alone while nothing is heard', () => {
    const player = new PosePlayer(7);
    const life = new IdleLife({ seed: 7, startMs: 100 });
    for (let nowMs = 100; nowMs < 5_000; nowMs += 16) {
      const idle = life.advance(nowMs).values;
      const shown = player.poseAt(nowMs, undefined).values;
      for (let i = 0; i < CHANNEL_COUNT; i++) expect(shown[i]).toBeCloseTo(Math.max(idle[i]!, i < 52 ? 0 : -9), 5);
    }
    expect(player.sampledMs).toBeUndefined();
  });

  it('shows the mouth of the motion, and brows and head as offsets over idle life', () => {
    const player = new PosePlayer(7);
    const life = new IdleLife({ seed: 7, startMs: 0 });
    const track = speaking();
    let shown = player.poseAt(0, undefined);
    for (let nowMs = 16; nowMs < 400; nowMs += 16) {
      life.advance(nowMs);
      shown = player.poseAt(nowMs, { track, timeMs: nowMs });
    }
    expect(player.sampledMs).toBe(384);
    expect(shown.values[CHANNEL.jawOpen]).toBeCloseTo(0.8, 2);
    expect(shown.values[CHANNEL.mouthSmileLeft], 'the mouth is the speech’s alone').toBe(0);
    expect(shown.values[CHANNEL.browInnerUp]).toBeCloseTo(0.4 + life.pose.values[CHANNEL.browInnerUp]!, 2);
    expect(shown.values[CHANNEL.headPitch]).toBeCloseTo(0.05 + life.pose.values[CHANNEL.headPitch]!, 2);
  });

  it('takes a blink in the motion as a hint, and blinks with both eyes', () => {
    const player = new PosePlayer(7);
    const track = speaking();
    let shut = 0;
    for (let nowMs = 900; nowMs < 1_300; nowMs += 10) {
      const { values } = player.poseAt(nowMs, { track, timeMs: nowMs });
      expect(values[CHANNEL.eyeBlinkLeft]).toBe(values[CHANNEL.eyeBlinkRight]);
      shut = Math.max(shut, values[CHANNEL.eyeBlinkRight]!);
    }
    expect(shut).toBeGreaterThan(0.9);
  });

  it('eases to rest in 150 ms when the sound stops, without a jump and without asking the track again', () => {
    const player = new PosePlayer(7);
    const track = speaking();
    for (let nowMs = 0; nowMs <= 500; nowMs += 10) player.poseAt(nowMs, { track, timeMs: nowMs });
    track.sample = () => { throw new Error('the cut utterance was asked for a pose'); };
    let last = 0.801;
    for (let nowMs = 510; nowMs <= 510 + RELEASE_MS; nowMs += 10) {
      const jaw = player.poseAt(nowMs, undefined).values[CHANNEL.jawOpen]!;
      expect(jaw).toBeLessThanOrEqual(last);
      expect(last - jaw).toBeLessThan(0.1);
      last = jaw;
    }
    expect(last).toBe(0);
    expect(RELEASE_MS).toBeGreaterThanOrEqual(120);
    expect(RELEASE_MS).toBeLessThanOrEqual(200);
  });

  it('is at rest in time where frames are slow', () => {
    const player = new PosePlayer(7);
    const track = speaking();
    for (let nowMs = 0; nowMs <= 900; nowMs += 300) player.poseAt(nowMs, { track, timeMs: nowMs });
    expect(player.poseAt(1_200, undefined).values[CHANNEL.jawOpen]).toBe(0);
  });

  it('goes from one utterance to the next without a jump', () => {
    const player = new PosePlayer(7);
    const first = speaking(0.8);
    const second = speaking(0.1);
    for (let nowMs = 0; nowMs <= 500; nowMs += 10) player.poseAt(nowMs, { track: first, timeMs: nowMs });
    let last = 0.8;
    for (let nowMs = 510; nowMs <= 600; nowMs += 5) {
      const jaw = player.poseAt(nowMs, { track: second, timeMs: nowMs - 510 }).values[CHANNEL.jawOpen]!;
      expect(Math.abs(jaw - last)).toBeLessThan(0.15);
      last = jaw;
    }
    expect(last).toBeCloseTo(0.1, 2);
  });

  it('relaxes the mouth where motion has a hole, and takes it up again', () => {
    const player = new PosePlayer(7);
    const track = speaking();
    player.poseAt(0, undefined);
    for (let nowMs = 10; nowMs < 3_000; nowMs += 10) player.poseAt(nowMs, { track, timeMs: nowMs });
    const relaxed = player.poseAt(3_000, { track, timeMs: 3_000 }).values[CHANNEL.jawOpen];
    expect(relaxed).toBe(0);
    expect(player.sampledMs).toBeUndefined();
  });

  it('looks up when it thinks and raises its brows when it listens', () => {
    const player = new PosePlayer(7);
    const at = (presence: 'listening' | 'thinking', from: number): Float32Array => {
      player.presence = presence;
      for (let nowMs = from; nowMs < from + 2_000; nowMs += 16) player.poseAt(nowMs, undefined);
      return player.poseAt(from + 2_000, undefined).values.slice();
    };
    const thinking = at('thinking', 0);
    expect(thinking[CHANNEL.eyeLookUpLeft]).toBeGreaterThan(0.2);
    const listening = at('listening', 4_000);
    expect(listening[CHANNEL.browOuterUpLeft]).toBeGreaterThan(0.05);
    expect(listening[CHANNEL.browDownLeft]).toBeLessThan(0.01);
  });

  /** How a channel, or the difference of two, goes over 20 s of a presence. */
  function course(presence: Presence, read: (values: Float32Array) => number): { least: number; most: number } {
    const player = new PosePlayer(7);
    player.presence = presence;
    const seen: number[] = [];
    for (let nowMs = 0; nowMs < 22_000; nowMs += 20) {
      const { values } = player.poseAt(nowMs, undefined);
      if (nowMs > 2_000) seen.push(read(values));
    }
    return { least: Math.min(...seen), most: Math.max(...seen) };
  }
  const gaze = (values: Float32Array): number => values[CHANNEL.eyeLookOutLeft]! - values[CHANNEL.eyeLookInLeft]!;

  it('keeps its eyes on who speaks to it, and nods now and then', () => {
    const [idle, listening] = [course('idle', gaze), course('listening', gaze)];
    expect(listening.most - listening.least).toBeLessThan(0.5 * (idle.most - idle.least));
    const pitch = (values: Float32Array): number => values[CHANNEL.headPitch]!;
    const [still, nodding] = [course('idle', pitch), course('listening', pitch)];
    expect(nodding.most - nodding.least).toBeGreaterThan(still.most - still.least + 0.02);
  });

  it('thinks to one side and to the other', () => {
    const { least, most } = course('thinking', gaze);
    expect(most).toBeGreaterThan(0.2);
    expect(least).toBeLessThan(-0.2);
  });

  it('asked again after half a minute in a hidden tab, shows what is heard then', () => {
    const player = new PosePlayer(7);
    const track = new MotionTrack();
    const rows = Array.from({ length: 1_000 }, (_, i) => {
      const pose = createPose();
      pose.values[CHANNEL.jawOpen] = i / 1_000;
      return pose.values;
    });
    track.addRows({ startMs: 0, fps: 25, mask: MASK.speech, rows });
    for (let nowMs = 0; nowMs < 1_000; nowMs += 16) player.poseAt(nowMs, { track, timeMs: nowMs });
    expect(player.poseAt(31_000, { track, timeMs: 31_000 }).values[CHANNEL.jawOpen]).toBeCloseTo(0.775, 3);
  });
});
