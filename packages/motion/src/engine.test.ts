import { CHANNEL_COUNT } from '@visavis/face';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AH, BABBLE, SILENCE, cut, speak, weightOf, whiteNoise } from '../test/voice.js';
import {
  MAX_PENDING_MS, MotionEngine, RELEASE_MS, SUPPORTED_SAMPLE_RATES, createSignalModel,
  type MotionEngineOptions, type MotionFrame, type MotionModel, type MotionStream,
} from './index.js';

const model = createSignalModel();

function engineOf(options: Partial<MotionEngineOptions> = {}): MotionEngine {
  return new MotionEngine({ model, sampleRate: 16_000, fps: 30, ...options });
}

/** All frames of the audio, pulled after each of its parts. */
async function run(engine: MotionEngine, parts: readonly Float32Array[]): Promise<MotionFrame[]> {
  const frames: MotionFrame[] = [];
  for (const part of parts) {
    engine.push(part);
    frames.push(...(await engine.pull()));
  }
  engine.flush();
  return frames.concat(await engine.pull());
}

/** Everything that must be equal to the bit. */
function bitsOf(frames: readonly MotionFrame[]): string {
  return frames.map(({ index, timeMs, pose }) => `${index} ${timeMs} ${Buffer.from(pose.values.buffer).toString('base64')}`).join('\n');
}

describe('chunking', () => {
  it.each([[8_000, 25], [16_000, 30], [22_050, 60], [24_000, 50], [44_100, 29], [48_000, 30]])('does not change a bit at %i Hz and %i fps', async (sampleRate, fps) => {
    const audio = speak(BABBLE, sampleRate);
    const options = { sampleRate, fps };
    const whole = bitsOf(await run(engineOf(options), [audio]));
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 200, max: 20_000 })), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        expect(bitsOf(await run(engineOf(options), cut(audio, [...lengths, 3_000])))).toBe(whole);
      }),
      { numRuns: 8 },
    );
  });

  it('does not matter either when nothing is pulled before the end, or between single samples', async () => {
    const audio = speak(BABBLE).subarray(0, 8_000);
    const whole = bitsOf(await run(engineOf(), [audio]));
    const engine = engineOf();
    for (const part of cut(audio, [1])) engine.push(part);
    engine.flush();
    expect(bitsOf(await engine.pull())).toBe(whole);
  });
});

describe('frames', () => {
  it.each(SUPPORTED_SAMPLE_RATES)('cover the whole audio at %i Hz', async (sampleRate) => {
    for (const fps of [25, 30, 60]) {
      for (const length of [1, 99, sampleRate / 25, 12_345]) {
        const frames = await run(engineOf({ sampleRate, fps }), [new Float32Array(length)]);
        expect(frames.length).toBe(Math.ceil((length * fps) / sampleRate));
        expect(frames.every(({ index, timeMs }, k) => index === k && timeMs === (k * 1000) / fps)).toBe(true);
      }
    }
  });

  it('are none for no audio', async () => {
    expect(await run(engineOf(), [])).toEqual([]);
    expect(await run(engineOf(), [new Float32Array(0)])).toEqual([]);
  });

  it('come once the look-ahead is there, not before', async () => {
    const engine = engineOf({ fps: 50 });
    engine.push(speak([AH]).subarray(0, 52 * 16));
    expect(await engine.pull()).toEqual([]);
    engine.push(speak([AH]).subarray(0, 8 * 16));
    expect(await engine.pull()).toHaveLength(1);
  });

  it('have weights in range and the lips never more closed than the jaw is open', async () => {
    for (const audio of [speak(BABBLE), speak(BABBLE, 16_000, 20), whiteNoise(16_000, 1)]) {
      for (const { pose } of await run(engineOf(), [audio])) {
        expect(pose.weights.every((weight) => weight >= 0 && weight <= 1)).toBe(true);
        expect(weightOf(pose.values, 'mouthClose')).toBeLessThanOrEqual(weightOf(pose.values, 'jawOpen'));
      }
    }
  });

  it.each([
    ['zeros', new Float32Array(16_000)],
    ['an offset', new Float32Array(16_000).fill(0.5)],
    ['dither', whiteNoise(16_000, 1 / 32_768)],
  ])('rest on %s', async (_, audio) => {
    for (const sampleRate of [16_000, 48_000]) {
      for (const { pose } of await run(engineOf({ sampleRate }), [audio])) {
        expect(pose.values.every((value) => Math.abs(value) < 0.01)).toBe(true);
      }
    }
  });

  it('ease to rest where the audio is cut off in mid-vowel', async () => {
    const frames = await run(engineOf({ fps: 60 }), [speak([{ ...AH, ms: 1_000 }]).subarray(0, 8_000)]);
    const opening = frames.map(({ pose }) => weightOf(pose.values, 'jawOpen'));
    expect(opening.at(-6)).toBeGreaterThan(0.3);
    expect(opening.at(-1)).toBeLessThan(0.15);
    expect(frames.at(-1)!.timeMs).toBeGreaterThan(500 - RELEASE_MS);
  });
});

describe('reuse', () => {
  it('after a reset gives the frames of a fresh engine, in mid-utterance and after a flush', async () => {
    const audio = speak(BABBLE, 24_000);
    const fresh = bitsOf(await run(engineOf({ sampleRate: 24_000 }), [audio]));
    const engine = engineOf({ sampleRate: 24_000 });
    await run(engine, [speak([AH], 24_000, 3)]);
    engine.reset();
    engine.push(whiteNoise(5_001, 0.5));
    await engine.pull();
    engine.push(whiteNoise(777, 0.5));
    engine.reset();
    expect(bitsOf(await run(engine, [audio]))).toBe(fresh);
  });

  it('needs a reset after a flush', () => {
    const engine = engineOf();
    engine.flush();
    engine.flush();
    expect(() => engine.push(new Float32Array(1))).toThrow(expect.objectContaining({ code: 'closed' }));
  });
});

describe('resuming', () => {
  it('returns frames from startMs on, timed from the utterance, close to those of one run', async () => {
    const audio = speak([...BABBLE, ...BABBLE, ...BABBLE]);
    const whole = await run(engineOf(), [audio]);
    const startMs = 2_000;
    const warmupMs = 1_500;
    const rest = audio.subarray((startMs - warmupMs) * 16);
    const resumed = await run(engineOf({ startMs, warmupMs }), cut(rest, [640]));
    const expected = whole.filter(({ timeMs }) => timeMs >= startMs);
    expect(resumed.map(({ timeMs }) => timeMs)).toEqual(expected.map(({ timeMs }) => timeMs));
    expect(resumed[0]!.index).toBe(60);
    const error = resumed.map(({ pose }, i) => Math.abs(weightOf(pose.values, 'jawOpen') - weightOf(expected[i]!.pose.values, 'jawOpen')));
    expect(Math.max(...error)).toBeLessThan(0.05);
  });

  it('leaves out a frame just before startMs and keeps one at it', async () => {
    const frames = await run(engineOf({ startMs: 100, warmupMs: 0 }), [new Float32Array(1_600)]);
    expect(frames.map(({ index }) => index)).toEqual([3, 4, 5]);
    const later = await run(engineOf({ startMs: 100.1, warmupMs: 50 }), [new Float32Array(1_600)]);
    expect(later[0]!.index).toBe(4);
  });
});

describe('refusals', () => {
  it.each([
    [{ sampleRate: 11_025 }, 'unsupportedSampleRate'],
    [{ fps: 24 }, 'unsupportedFrameRate'],
    [{ fps: 61 }, 'unsupportedFrameRate'],
    [{ fps: 29.97 }, 'unsupportedFrameRate'],
    [{ startMs: -1 }, 'invalidStart'],
    [{ startMs: Infinity }, 'invalidStart'],
    [{ startMs: 100, warmupMs: 101 }, 'invalidStart'],
    [{ startMs: 100, warmupMs: Number.NaN }, 'invalidStart'],
  ] as const)('%o: %s', (options, code) => {
    expect(() => engineOf(options)).toThrow(expect.objectContaining({ name: 'MotionInputError', code }));
  });

  it('NaN is refused whole, and the stream goes on as if it had not come', async () => {
    const audio = speak(BABBLE);
    const engine = engineOf();
    engine.push(audio.subarray(0, 5_000));
    expect(() => engine.push(Float32Array.of(0.1, Number.NaN))).toThrow(expect.objectContaining({ code: 'invalidSamples' }));
    const frames = await run(engine, [audio.subarray(5_000)]);
    expect(bitsOf(frames)).toBe(bitsOf(await run(engineOf(), [audio])));
  });

  it('audio beyond the bound waits for a pull', async () => {
    const engine = engineOf({ model: new FakeModel() });
    const second = new Float32Array(16_000);
    for (let ms = 0; ms < MAX_PENDING_MS; ms += 1_000) engine.push(second);
    expect(() => engine.push(Float32Array.of(0))).toThrow(expect.objectContaining({ code: 'backlogFull' }));
    await engine.pull();
    engine.push(second);
  });
});

/** A model whose pulls are settled by the test. Its poses are still. */
class FakeModel implements MotionModel {
  readonly id = 'fake';
  readonly sampleRate = 16_000;
  readonly poseRateHz = 25;
  readonly lookaheadMs = 0;
  readonly waiting: ((error?: Error) => void)[] = [];
  manual = false;
  closed = 0;

  open(): MotionStream {
    let samples = 0;
    let given = 0;
    const take = (): Float32Array[] => {
      const due = Math.ceil(samples / 640) - given;
      given += due;
      return Array.from({ length: due }, () => new Float32Array(CHANNEL_COUNT));
    };
    return {
      push: (pushed) => void (samples += pushed.length),
      pull: () => (this.manual ? new Promise((resolve, reject) => this.waiting.push((error) => (error ? reject(error) : resolve(take())))) : take()),
      flush: () => undefined,
      reset: () => void (samples = given = 0),
      close: () => void this.closed++,
    };
  }

  dispose(): void {
    this.waiting.length = 0;
  }
}

describe('an asynchronous model', () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  function manual(): { fake: FakeModel; engine: MotionEngine } {
    const fake = new FakeModel();
    fake.manual = true;
    return { fake, engine: engineOf({ model: fake, fps: 25 }) };
  }

  it('is asked by one pull at a time, in order', async () => {
    const { fake, engine } = manual();
    engine.push(new Float32Array(16_000));
    const first = engine.pull();
    const second = engine.pull();
    await turn();
    expect(fake.waiting).toHaveLength(1);
    engine.flush();
    fake.waiting[0]!();
    await turn();
    fake.waiting[1]!();
    const [early, late] = [await first, await second];
    expect(early.map(({ index }) => index)).toEqual(Array.from({ length: 24 }, (_, k) => k));
    expect(late.map(({ index }) => index)).toEqual([24]);
  });

  it.each(['reset', 'close'] as const)('has its answer discarded when %s overtakes it', async (overtake) => {
    const { fake, engine } = manual();
    engine.push(new Float32Array(16_000));
    const pulled = engine.pull();
    await turn();
    engine[overtake]();
    fake.waiting[0]!();
    expect(await pulled).toEqual([]);
  });

  it('that fails fails the pull, and the next one may work', async () => {
    const { fake, engine } = manual();
    engine.push(new Float32Array(16_000));
    const pulled = engine.pull();
    const caught = expect(pulled).rejects.toThrow('lost');
    await turn();
    fake.waiting[0]!(new Error('lost'));
    await caught;
    const next = engine.pull();
    await turn();
    fake.waiting[1]!();
    expect(await next).toHaveLength(24);
  });

  it('has its stream closed once; a closed engine takes nothing and gives nothing', async () => {
    const { fake, engine } = manual();
    engine.close();
    engine.close();
    expect(fake.closed).toBe(1);
    expect(() => engine.push(new Float32Array(1))).toThrow(expect.objectContaining({ code: 'closed' }));
    engine.flush();
    engine.reset();
    expect(await engine.pull()).toEqual([]);
  });
});

it('keeps speech moving and pauses still', async () => {
  const frames = await run(engineOf({ fps: 50 }), [speak([SILENCE, AH, SILENCE, SILENCE, AH, SILENCE])]);
  const openAt = (ms: number): number => weightOf(frames[ms / 20]!.pose.values, 'jawOpen');
  expect([openAt(320), openAt(920)].every((jaw) => jaw > 0.3)).toBe(true);
  expect([openAt(100), openAt(660), openAt(1_180)].every((jaw) => jaw < 0.03)).toBe(true);
});
