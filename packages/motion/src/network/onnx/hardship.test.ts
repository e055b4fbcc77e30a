/** The shipped weights on sound that nobody would train on for pleasure: poses stay poses, and speech moves the mouth. */
import { readFileSync } from 'node:fs';
import { CHANNEL, seededRandom } from '@visavis/face';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { whiteNoise } from '../../../test/voice.js';
import { MotionEngine, parseWav, StreamingResampler, type MotionModel } from '../../index.js';
import { loadNetworkModel } from './index.js';

const austen = parseWav(readFileSync(new URL('../../../../../apps/demo/assets/samples/austen.wav', import.meta.url)));
const SECONDS = 5;
const speech = Float32Array.from(austen.samples.subarray(0, SECONDS * austen.sampleRate), (value) => value / 32_768);

vi.setConfig({ testTimeout: 120_000 });

let model: MotionModel;
beforeAll(async () => { model = await loadNetworkModel(); });
afterAll(() => model.dispose());

/** The opening of the lips in every frame; checks that every frame is a pose. */
async function openings(parts: readonly Float32Array[], sampleRate = 16_000): Promise<number[]> {
  const engine = new MotionEngine({ model, sampleRate, fps: 30 });
  const found: number[] = [];
  const take = async (): Promise<void> => {
    for (const { pose: { values } } of await engine.pull()) {
      expect(values.every((value, i) => Number.isFinite(value) && (i >= 52 || (value >= 0 && value <= 1)))).toBe(true);
      found.push(values[CHANNEL.jawOpen]! - values[CHANNEL.mouthClose]!);
    }
  };
  for (const part of parts) {
    engine.push(part);
    await take();
  }
  engine.flush();
  await take();
  engine.close();
  return found;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [a.map((value) => value - mean(a)), b.map((value) => value - mean(b))];
  const dot = (p: readonly number[], q: readonly number[]): number => p.reduce((sum, value, i) => sum + value * q[i]!, 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
const mixed = (one: Float32Array, other: Float32Array): Float32Array => one.map((value, i) => value + other[i]!);

describe('the mouth moves much as it does without', () => {
  const cases: Readonly<Record<string, () => Float32Array>> = {
    'clipping, 24 dB over': () => speech.map((value) => Math.max(-1, Math.min(1, 16 * value))),
    'a tenth of the volume': () => speech.map((value) => 0.1 * value),
    'an offset': () => speech.map((value) => value / 2 + 0.4),
    'noise 20 dB under the voice': () => mixed(speech, whiteNoise(speech.length, 0.012)),
  };
  for (const [name, make] of Object.entries(cases)) {
    it(name, async () => {
      expect(correlation(await openings([make()]), await openings([speech]))).toBeGreaterThan(0.85);
    });
  }

  it('telephone: 8000 samples a second', async () => {
    const down = new StreamingResampler(16_000, 8_000);
    const narrow = [down.push(speech), down.flush()].flatMap((part) => [...part]);
    const moved = await openings([Float32Array.from(narrow)], 8_000);
    const whole = await openings([speech]);
    const frames = Math.min(moved.length, whole.length);
    expect(correlation(moved.slice(0, frames), whole.slice(0, frames))).toBeGreaterThan(0.85);
  });
});

describe('the mouth moves in', () => {
  it('a whisper', async () => {
    const random = seededRandom(3);
    let level = 0;
    const whisper = speech.map((value) => {
      level += 0.002 * (Math.abs(value) - level);
      return 1.5 * level * (2 * random() - 1);
    });
    expect(spread(await openings([whisper]))).toBeGreaterThan(0.03);
  });

  it('laughter: bursts of voice, five a second', async () => {
    const laughter = speech.map((_, i) => 0.4 * Math.max(0, Math.sin((2 * Math.PI * 5 * i) / 16_000)) * ((((i * 260) / 16_000) % 1) - 0.5));
    expect(spread(await openings([laughter]))).toBeGreaterThan(0.03);
  });

  it('two speakers at once', async () => {
    expect(spread(await openings([mixed(speech, speech.slice().reverse())]))).toBeGreaterThan(0.05);
  });
});

describe('ten minutes of silence leave the mouth at rest, and speech after them moves it', () => {
  const MINUTES = 10;
  const silences: Readonly<Record<string, Float32Array>> = { digital: new Float32Array(960_000), 'a quiet hiss': whiteNoise(960_000, 0.0005) };
  for (const [name, minute] of Object.entries(silences)) {
    it(name, async () => {
      const all = await openings([...Array.from({ length: MINUTES }, () => minute), speech]);
      expect(Math.max(...all.slice(0, MINUTES * 60 * 30))).toBeLessThan(0.02);
      const fresh = await openings([speech]);
      expect(correlation(all.slice(-fresh.length), fresh)).toBeGreaterThan(0.85);
    });
  }
});
