import { describe, expect, it } from 'vitest';
import { Anchor, SENDER_DELAY_MS } from './anchor.js';
import { RoomStream, type HeardTrack } from './room-stream.js';
import { RtpClock } from './rtp-clock.js';

describe('the clock of a track', () => {
  const ticksAt = (rtpMs: number): number => (0xffff_0000 + rtpMs * 48) % 2 ** 32;

  it('says what is heard when, over the wrap of RTP time, and stands still when packets stop', () => {
    const clock = new RtpClock();
    expect(clock.rtpAt(0)).toBeUndefined();
    for (let ms = 0; ms <= 4_000; ms += 20) clock.read(ticksAt(ms), 100 + ms);
    expect(clock.rtpAt(4_100)).toBeCloseTo(4_000, 6);
    expect(clock.isAlive(4_300)).toBe(true);
    expect(clock.isAlive(4_600)).toBe(false);
  });

  it('follows the jitter buffer smoothly, and jumps only where the sound did', () => {
    const clock = new RtpClock();
    for (let ms = 0; ms < 1_000; ms += 20) clock.read(ticksAt(ms), ms);
    let last = clock.rtpAt(1_000)!;
    // The buffer grows by 60 ms.
    for (let ms = 1_000; ms < 3_000; ms += 20) {
      clock.read(ticksAt(ms), ms + 60);
      const at = clock.rtpAt(ms + 60)!;
      expect(at).toBeGreaterThan(last);
      last = at;
    }
    expect(clock.rtpAt(3_060)).toBeCloseTo(3_000, 0);
    for (let ms = 9_000; ms < 9_100; ms += 20) clock.read(ticksAt(ms), ms - 5_000);
    expect(clock.rtpAt(4_080)).toBeCloseTo(9_080, 0);
  });
});

describe('the anchor', () => {
  it('tells the backend’s clock from how long data and sound are on their way', () => {
    const anchor = new Anchor();
    expect(anchor.leftAt(0)).toBeUndefined();
    // The backend's clock is 50,000 ms ahead; the network takes 30 ms; RTP time 0 left at 51,000 and came a frame later.
    for (let ms = 0; ms < 4_000; ms += 100) {
      anchor.data(50_000 + ms, ms + 30 + (ms % 300 === 0 ? 40 : 0));
      anchor.audio(1_000 + SENDER_DELAY_MS + 30, 0, ms);
    }
    expect(anchor.leftAt(500)).toBeCloseTo(51_500, 6);
  });

  it('knows nothing of a track that was subscribed to again, until it has heard it anew', () => {
    const anchor = new Anchor();
    const hear = (lagMs: number, fromMs: number): void => {
      for (let ms = fromMs; ms < fromMs + 2_000; ms += 100) {
        anchor.data(ms, ms + 10);
        anchor.audio(lagMs, 0, ms);
      }
    };
    hear(1_000 + SENDER_DELAY_MS + 10, 0);
    expect(anchor.leftAt(0)).toBeCloseTo(1_000, 6);
    anchor.forgetSound();
    expect(anchor.leftAt(0)).toBeUndefined();
    anchor.audio(9_000 + SENDER_DELAY_MS + 10, 0, 2_000);
    expect(anchor.leftAt(0)).toBeCloseTo(9_000, 6);
  });
});

describe('an utterance in a room', () => {
  function stage(): { stream: RoomStream; track: { heard: number | undefined; now: number }; cuts: RoomStream[] } {
    const track = { heard: undefined as number | undefined, now: 0 };
    const cuts: RoomStream[] = [];
    const host: HeardTrack = { nowMs: () => track.now, heardMs: () => track.heard, hold: () => undefined, cut: (stream) => cuts.push(stream) };
    return { stream: new RoomStream(host), track, cuts };
  }
  const cue = (atMs: number, timeMs: number, untilMs: number) => ({ reqId: 'r', utterance: 1, atMs, timeMs, untilMs });

  it('is heard from its cue on, to what is there and no further', () => {
    const { stream, track } = stage();
    stream.cue(cue(1_000, 0, 500));
    track.heard = 990;
    expect([stream.isHeard, stream.now()]).toEqual([false, 0]);
    track.heard = 1_200;
    expect([stream.isHeard, stream.now(), stream.aheadMs]).toEqual([true, 200, 300]);
    track.heard = 1_900;
    expect([stream.now(), stream.isHeard, stream.isStarved, stream.isFinished]).toEqual([500, false, true, false]);
    stream.end();
    expect(stream.isFinished).toBe(true);
  });

  it('waits at a break of the sound, and never goes back', () => {
    const { stream, track } = stage();
    stream.cue(cue(1_000, 0, 2_000));
    track.heard = 1_700;
    expect(stream.now()).toBe(700);
    // Held at 600 and resumed a second later.
    stream.cue(cue(2_700, 600, 2_000));
    track.heard = 2_650;
    expect(stream.now()).toBe(700);
    track.heard = 2_900;
    expect(stream.now()).toBe(800);
    track.heard = undefined;
    expect(stream.now()).toBe(800);
  });

  it('ends where its track has gone for good, and is cut once', () => {
    const { stream, track, cuts } = stage();
    stream.cue(cue(0, 0, 5_000));
    track.heard = 100;
    stream.now();
    track.heard = undefined;
    stream.end();
    track.now = 900;
    expect(stream.isFinished).toBe(false);
    track.now = 1_100;
    expect(stream.isFinished).toBe(true);
    stream.cut();
    stream.cut();
    expect(cuts).toEqual([stream]);
  });
});
