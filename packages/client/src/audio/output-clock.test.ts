import { describe, expect, it } from 'vitest';
import { OutputTime } from './output-time.js';
import { WorkletStream } from './worklet-stream.js';

/** A device whose clock is read in steps of 10 ms and is heard `latencyMs` late. */
function device(latencyMs: number, stamps = true) {
  const state = { nowMs: 1_000, startMs: 1_000, latencyMs, running: true };
  const stepped = (): number => Math.floor((state.nowMs - state.startMs) / 10) * 10;
  const context = {
    get currentTime() { return (state.nowMs - state.startMs) / 1000; },
    get outputLatency() { return state.latencyMs / 1000; },
    get state() { return state.running ? 'running' : 'suspended'; },
    ...(stamps ? {
      getOutputTimestamp: () => ({ contextTime: Math.max(0, stepped() - state.latencyMs) / 1000, performanceTime: state.startMs + stepped() }),
    } : {}),
  };
  return { state, time: new OutputTime(context, () => state.nowMs) };
}

describe('the time heard', () => {
  it.each([[true, 0], [true, 180], [false, 40]])('is the context’s less the latency (timestamps %s, %i ms)', (stamps, latencyMs) => {
    const { state, time } = device(latencyMs, stamps);
    let last = 0;
    for (let i = 0; i < 600; i++) {
      state.nowMs += 7;
      const heard = time.heardMs();
      expect(heard).toBeGreaterThanOrEqual(last);
      last = heard;
      if (i > 200) expect(Math.abs(heard - (state.nowMs - state.startMs - latencyMs))).toBeLessThan(1);
    }
  });

  it('is behind what is rendered in Firefox, whose timestamps have the latency taken off both their times', () => {
    const { state } = device(43);
    const contextMs = (): number => Math.floor((state.nowMs - state.startMs) / 10) * 10;
    const time = new OutputTime({
      get currentTime() { return contextMs() / 1000; }, outputLatency: 0.043, state: 'running',
      getOutputTimestamp: () => ({ contextTime: Math.max(0, contextMs() - 43) / 1000, performanceTime: Math.floor(state.nowMs) - 43 }),
    }, () => state.nowMs);
    for (let i = 0; i < 600; i++) {
      state.nowMs += 7.3;
      const heard = time.heardMs();
      if (i > 300) expect(Math.abs(heard - (state.nowMs - state.startMs - 43))).toBeLessThan(11);
    }
  });

  it('follows a change of device at once, and never goes back', () => {
    const { state, time } = device(10);
    for (let i = 0; i < 100; i++) { state.nowMs += 10; time.heardMs(); }
    const before = time.heardMs();
    state.latencyMs = 200;
    state.nowMs += 10;
    expect(time.heardMs()).toBeGreaterThanOrEqual(before);
    for (let i = 0; i < 40; i++) { state.nowMs += 10; time.heardMs(); }
    expect(time.heardMs()).toBeCloseTo(state.nowMs - state.startMs - 200, -1);
  });

  it('stands still while the context does, and does not believe nonsense', () => {
    const { state, time } = device(10);
    state.nowMs += 500;
    const heard = time.heardMs();
    state.running = false;
    state.nowMs += 500;
    expect(time.heardMs()).toBe(heard);
    const mad = new OutputTime({
      currentTime: 5, outputLatency: 0.1, state: 'running', getOutputTimestamp: () => ({ contextTime: 90, performanceTime: 1 }),
    }, () => 1_000);
    expect(mad.heardMs()).toBeCloseTo(4_900);
  });
});

describe('a stream’s clock', () => {
  it('follows what is heard through starts, stops and starvation, not what is rendered', () => {
    const { state, time } = device(100);
    const stream = new WorkletStream(1, 1_000, time, () => undefined);
    stream.write(new Float32Array(400));
    const report = (frame: number, position: number, moving: boolean, starved = false): void => stream.handleReport({ stream: 1, frame, position, moving, starved });
    const heardAt = (ms: number): number => {
      state.nowMs = state.startMs + ms + 100;
      return Math.round(stream.now());
    };
    report(50, 0, true);
    report(150, 100, true);
    expect(heardAt(40)).toBe(0);
    expect(stream.isHeard).toBe(false);
    expect(heardAt(100)).toBe(50);
    expect(stream.isHeard).toBe(true);
    expect(stream.aheadMs).toBe(300);
    report(250, 200, false);
    report(350, 200, true);
    expect(heardAt(300)).toBe(200);
    expect(stream.isHeard).toBe(false);
    expect(heardAt(400)).toBe(250);
    report(550, 400, false, true);
    expect(stream.isStarved).toBe(true);
    stream.end();
    expect(stream.isFinished).toBe(false);
    expect(heardAt(600)).toBe(400);
    expect(stream.isFinished).toBe(true);
  });

  it('is where the sound is when silence is left out, from the sample on that follows it', () => {
    const { state, time } = device(100);
    const stream = new WorkletStream(1, 1_000, time, () => undefined);
    stream.write(new Float32Array(600));
    for (const [frame, position] of [[0, 0], [100, 100], [110, 150], [200, 240]] as const) stream.handleReport({ stream: 1, frame, position, moving: true, starved: false });
    const heardAt = (ms: number): number => {
      state.nowMs = state.startMs + ms + 100;
      return Math.round(stream.now());
    };
    expect([60, 100, 109, 111, 150, 250].map(heardAt)).toEqual([60, 100, 109, 151, 190, 290]);
  });
});
