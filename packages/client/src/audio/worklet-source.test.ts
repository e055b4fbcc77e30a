import vm from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ToWorklet, WorkletReport } from './worklet-messages.js';
import { FADE_S, REFILL_S, WORKLET_SOURCE } from './worklet-source.js';

const RATE = 48_000;
const FADE = RATE * FADE_S;
const REFILL = RATE * REFILL_S;

interface Processor {
  readonly port: { onmessage: (event: { data: ToWorklet }) => void };
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

let processor: Processor;
let scope: { currentFrame: number };
let reports: WorkletReport[];

beforeEach(() => {
  reports = [];
  let Type: new () => Processor = class { port = { onmessage: () => undefined }; process = () => true; };
  const context = {
    sampleRate: RATE, currentFrame: 0,
    AudioWorkletProcessor: class { port = { onmessage: undefined, postMessage: (report: WorkletReport) => reports.push(report) }; },
    registerProcessor: (_: string, type: new () => Processor) => { Type = type; },
  };
  vm.runInNewContext(WORKLET_SOURCE, context);
  scope = context;
  processor = new Type();
});

const tell = (message: ToWorklet): void => processor.port.onmessage({ data: message });
const write = (stream: number, samples: number, value = 1): void => tell({ type: 'write', stream, samples: new Float32Array(samples).fill(value) });

/** Renders at least `samples`. */
function render(samples: number): number[] {
  const out: number[] = [];
  while (out.length < samples) {
    const block = new Float32Array(128);
    processor.process([], [[block]]);
    scope.currentFrame += 128;
    out.push(...block);
  }
  return out;
}

describe('the worklet', () => {
  it('is silent until told to run, then plays every sample at full level to the last', () => {
    tell({ type: 'write', stream: 1, samples: Float32Array.from({ length: 1_000 }, (_, i) => i + 1) });
    tell({ type: 'end', stream: 1 });
    expect(render(256).every((sample) => sample === 0)).toBe(true);
    tell({ type: 'run', stream: 1, on: true });
    const heard = render(1_100);
    expect(heard.slice(0, 1_000)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
    expect(heard.slice(1_000).every((sample) => sample === 0)).toBe(true);
    expect(reports[0]).toEqual({ stream: 1, frame: 256, position: 0, moving: true, starved: false });
    expect(reports.find(({ moving }) => !moving)).toEqual({ stream: 1, frame: 1_256, position: 1_000, moving: false, starved: false });
  });

  it('fades out and in around a pause, within 8 ms, losing nothing', () => {
    write(1, 20_000);
    tell({ type: 'end', stream: 1 });
    tell({ type: 'run', stream: 1, on: true });
    render(1_024);
    tell({ type: 'run', stream: 1, on: false });
    const out = render(FADE + 256);
    expect(out.slice(FADE).every((sample) => sample === 0)).toBe(true);
    expect(Math.max(...steps([1, ...out]))).toBeLessThan(1.01 / FADE);
    tell({ type: 'run', stream: 1, on: true });
    const back = render(FADE + 256);
    expect(Math.max(...steps([0, ...back]))).toBeLessThan(1.01 / FADE);
    expect(back.at(-1)).toBe(1);
    render(20_000);
    expect(reports.at(-1)).toMatchObject({ position: 20_000, moving: false });
  });

  it('fades out when it starves, says so, and goes on with some in store', () => {
    write(1, 4_000);
    tell({ type: 'run', stream: 1, on: true });
    const out = render(5_000);
    expect(Math.max(...steps(out))).toBeLessThan(1.01 / FADE);
    expect(reports.at(-1)).toMatchObject({ moving: false, starved: true });
    write(1, REFILL - 600);
    expect(render(1_000).every((sample) => sample === 0)).toBe(true);
    write(1, 2_000);
    expect(render(1_000).at(-1)).toBe(1);
    expect(reports.at(-1)).toMatchObject({ moving: true, starved: false });
  });

  it('goes on with as much in store as the page says', () => {
    tell({ type: 'refill', stream: 1, count: 9_000 });
    write(1, 1_000);
    tell({ type: 'run', stream: 1, on: true });
    render(2_000);
    write(1, 8_500);
    expect(render(1_000).every((sample) => sample === 0)).toBe(true);
    write(1, 1_000);
    expect(render(1_000).at(-1)).toBe(1);
  });

  /** Sound, `silent` samples of nothing, and sound again; what is left out of it after a stall of `stall` samples. */
  function leftOut(stall: number, silent: number): { leftOut: number; jumps: WorkletReport[] } {
    tell({ type: 'run', stream: 1, on: true });
    write(1, 4_000);
    render(3_900);
    render(stall);
    write(1, 6_000, 0.5);
    write(1, silent, 0);
    write(1, 20_000, 0.25);
    tell({ type: 'end', stream: 1 });
    const out = render(40_000);
    const heard = out.findLastIndex((sample) => sample !== 0) + 1 - out.findIndex((sample) => sample !== 0);
    // By the last report of each frame the position is what was rendered, and what was left out.
    return { leftOut: 26_000 + silent - heard, jumps: reports.filter(({ moving }) => moving) };
  }

  it('makes a short stall good by leaving out silence, and says where the stream is then', () => {
    const { leftOut: samples, jumps } = leftOut(2_048, 9_600);
    expect(samples).toBeGreaterThan(1_500);
    expect(samples).toBeLessThan(2_700);
    const drift = jumps.slice(1).map((report, i) => report.position - jumps[i]!.position - (report.frame - jumps[i]!.frame));
    expect(drift.filter((step) => step > 0).length, 'left out in few pieces').toBeLessThan(4);
    expect(reports.at(-1)).toMatchObject({ position: 39_600, moving: false });
  });

  it('lets a long stall be, and leaves out no sound where there is no silence', () => {
    expect(leftOut(RATE * 0.1, 9_600).leftOut).toBeLessThan(FADE + 10);
    reports = [];
    tell({ type: 'cut', stream: 1 });
    render(512);
    expect(leftOut(2_048, RATE * 0.03).leftOut).toBeLessThan(FADE + 10);
  });

  it('when cut fades out, forgets the stream, and plays the next', () => {
    write(1, 40_000);
    tell({ type: 'run', stream: 1, on: true });
    render(512);
    tell({ type: 'cut', stream: 1 });
    write(2, 1_000, 0.5);
    tell({ type: 'end', stream: 2 });
    tell({ type: 'run', stream: 2, on: true });
    const out = render(3_000);
    const gap = out.indexOf(0);
    expect(gap).toBeLessThanOrEqual(FADE);
    expect(out.filter((sample) => sample === 0.5).length).toBeGreaterThanOrEqual(1_000);
    write(1, 500);
    tell({ type: 'cut', stream: 1 });
    expect(render(512).every((sample) => sample === 0)).toBe(true);
  });

  it('ends when disposed of', () => {
    tell({ type: 'dispose' });
    expect(processor.process([], [[new Float32Array(128)]])).toBe(false);
  });
});

function steps(samples: readonly number[]): number[] {
  return samples.slice(1).map((sample, i) => Math.abs(sample - samples[i]!));
}
