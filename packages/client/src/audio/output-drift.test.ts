import { seededRandom } from '@visavis/face';
import { describe, expect, it } from 'vitest';
import { OutputTime, type ContextTime } from './output-time.js';
import { REPORT_BLOCKS } from './worklet-source.js';
import { WorkletStream } from './worklet-stream.js';

const BLOCK = 128;
const FRAME_MS = 1000 / 60;
const START_MS = 10_000;

interface Trouble {
  /** The device's clock against the page's. */
  readonly ppm?: number;
  /** Whether the device gives timestamps, and how far off they may be. */
  readonly stamps?: boolean;
  readonly stampJitterMs?: number;
  /** Blocks that the device takes at a time. */
  readonly buffer?: number;
}

/**
 * A device with a clock of its own that plays one stream for ever: what has really left it is known. All of it is counted, no
 * time passes.
 */
class Device {
  readonly stream: WorkletStream;
  latencyMs = 20;
  pageMs = START_MS;
  running = true;
  readonly #rate: number;
  readonly #trouble: Required<Trouble>;
  readonly #random = seededRandom(7);
  #deviceMs = 0;
  #reported = 0;

  constructor(rate: number, trouble: Trouble = {}) {
    this.#rate = rate;
    this.#trouble = { ppm: 0, stamps: true, stampJitterMs: 0, buffer: 4, ...trouble };
    const read = {
      currentTime: () => this.#renderedFrames / rate,
      latency: () => this.latencyMs / 1000,
      state: () => (this.running ? 'running' : 'suspended'),
    };
    const context: ContextTime = {
      get currentTime() { return read.currentTime(); },
      get outputLatency() { return read.latency(); },
      get state() { return read.state(); },
      ...(this.#trouble.stamps ? { getOutputTimestamp: () => this.#stamp() } : {}),
    };
    this.stream = new WorkletStream(1, rate, new OutputTime(context, () => this.pageMs), () => undefined);
    this.stream.write({ length: rate * 4_000, buffer: new ArrayBuffer(0) } as unknown as Float32Array);
    this.stream.handleReport({ stream: 1, frame: 0, position: 0, moving: true, starved: false });
  }

  /** What leaves the device at this moment, in milliseconds of the stream. */
  get heardMs(): number {
    return Math.max(0, this.#deviceMs - this.latencyMs);
  }

  advance(ms: number): void {
    this.pageMs += ms;
    if (this.running) this.#deviceMs += ms * (1 + this.#trouble.ppm / 1e6);
    const frames = this.#renderedFrames;
    for (; this.#reported + BLOCK * REPORT_BLOCKS <= frames; this.#reported += BLOCK * REPORT_BLOCKS) {
      const frame = this.#reported + BLOCK * REPORT_BLOCKS;
      this.stream.handleReport({ stream: 1, frame, position: frame, moving: true, starved: false });
    }
  }

  /** Buffers are rendered whole, when the one before begins to be played. */
  get #renderedFrames(): number {
    const size = BLOCK * this.#trouble.buffer;
    return (Math.floor((this.#deviceMs * this.#rate) / 1000 / size) + 1) * size;
  }

  #stamp(): { contextTime: number; performanceTime: number } {
    const off = (this.#random() - 0.5) * 2 * this.#trouble.stampJitterMs;
    return { contextTime: this.heardMs / 1000, performanceTime: this.pageMs + off };
  }
}

/** How far the stream's clock is from what is heard, at worst, over `seconds` of frames; the first second is not counted. */
function worst(device: Device, seconds: number): number {
  let most = 0;
  for (let frame = 0; frame < seconds * 60; frame++) {
    device.advance(FRAME_MS);
    const offMs = Math.abs(device.stream.now() - device.heardMs);
    if (frame > 60) most = Math.max(most, offMs);
  }
  return most;
}

describe('over an hour of frames, counted', () => {
  it.each([
    [44_100, { ppm: 80 }], [48_000, { ppm: -80 }], [48_000, { ppm: 120, stampJitterMs: 6 }], [16_000, { ppm: 50, buffer: 8 }],
    [44_100, { ppm: 80, stamps: false }], [48_000, { ppm: -80, stamps: false, buffer: 16 }],
  ])('at %i Hz with %j the clock is never 5 ms off', (rate, trouble) => {
    expect(worst(new Device(rate, trouble), 3_600)).toBeLessThan(5);
  });
});

describe('the clock', () => {
  it.each([true, false])('is right again within a second of a device with another latency (timestamps: %s)', (stamps) => {
    const device = new Device(48_000, { stamps });
    worst(device, 5);
    for (const latencyMs of [250, 15, 180]) {
      device.latencyMs = latencyMs;
      for (let frame = 0; frame < 60; frame++) {
        device.advance(FRAME_MS);
        device.stream.now();
      }
      expect(worst(device, 3), `${latencyMs} ms`).toBeLessThan(2);
    }
  });

  it.each([true, false])('stands still while the context is suspended, and goes on with it (timestamps: %s)', (stamps) => {
    const device = new Device(44_100, { stamps });
    worst(device, 5);
    device.running = false;
    const stoodAt = device.stream.now();
    device.advance(90_000);
    expect(device.stream.now()).toBe(stoodAt);
    expect(device.stream.isHeard).toBe(false);
    device.running = true;
    device.advance(FRAME_MS);
    expect(Math.abs(device.stream.now() - device.heardMs)).toBeLessThan(12);
    expect(worst(device, 10)).toBeLessThan(5);
  });

  it.each([true, false])('is right at the first frame after ten minutes in which nobody asked (timestamps: %s)', (stamps) => {
    const device = new Device(48_000, { ppm: 100, stamps });
    worst(device, 5);
    device.advance(600_000);
    expect(Math.abs(device.stream.now() - device.heardMs)).toBeLessThan(12);
    expect(worst(device, 5)).toBeLessThan(5);
  });
});

describe('timestamps that cannot be believed', () => {
  const timeOf = (stamp: () => { contextTime: number; performanceTime: number }, latencyS = 0.2) => {
    const state = { nowMs: 5_000 };
    const time = new OutputTime({
      get currentTime() { return state.nowMs / 1000 - 1; }, outputLatency: latencyS, state: 'running', getOutputTimestamp: stamp,
    }, () => state.nowMs);
    return { time, state };
  };

  it('that leave the device’s own delay out give way to the latency that is told', () => {
    const { time, state } = timeOf(() => ({ contextTime: state.nowMs / 1000 - 1, performanceTime: state.nowMs }));
    expect(time.rawMs()).toBeCloseTo(3_800);
  });

  it('that stand still while the context moves are no news', () => {
    const { time, state } = timeOf(() => ({ contextTime: 3.99, performanceTime: 5_000 }), 0.05);
    expect(time.rawMs()).toBeCloseTo(3_990);
    state.nowMs += 1_500;
    expect(time.rawMs()).toBeCloseTo(5_450);
  });
});
