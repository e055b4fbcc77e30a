import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { weightOf } from '../../test/voice.js';
import { MotionEngine } from '../engine.js';
import type { MotionFrame } from '../frames.js';
import { Pcm16Decoder } from '../pcm.js';
import { createSignalModel } from './index.js';

/** Real face motion with its audio, outside the repository; its README says what the channels mean. */
const FOLDER = new URL('../../../../../shared/data/facegood/', import.meta.url);
const CLIPS = ['2_01', '2_02', '2_03', '2_04', '2_05'];
const SPEECH_DBFS = -42;

interface Truth {
  fps: number;
  names: string[];
  frames: number[][];
}

function truthOf({ names, frames }: Truth, channels: readonly string[]): number[] {
  const columns = channels.map((name) => names.indexOf(name));
  return frames.map((frame) => Math.max(...columns.map((column) => frame[column]!)));
}

/** Frames loud enough to be speech, by the level within 20 ms. */
function speechFrames(samples: Float32Array, count: number, fps: number): boolean[] {
  return Array.from({ length: count }, (_, k) => {
    const centre = Math.round((k * 16_000) / fps);
    const near = samples.subarray(Math.max(0, centre - 320), centre + 320);
    const power = near.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, near.length);
    return 10 * Math.log10(power + 1e-12) > SPEECH_DBFS;
  });
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = (x: readonly number[], mx: number, y: readonly number[], my: number): number =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  return covariance(a, meanA, b, meanB) / Math.sqrt(covariance(a, meanA, a, meanA) * covariance(b, meanB, b, meanB));
}

async function framesOf(samples: Float32Array, fps: number): Promise<MotionFrame[]> {
  const engine = new MotionEngine({ model: createSignalModel(), sampleRate: 16_000, fps });
  engine.push(samples);
  engine.flush();
  return engine.pull();
}

interface Score {
  whole: number;
  speech: number;
  lagFrames: number;
}

/** Correlation at the best whole-frame lag from -3 to 3, positive where the truth is later. */
function compare(ours: readonly number[], truth: readonly number[], speech: readonly boolean[]): Score {
  let best: Score = { whole: -1, speech: -1, lagFrames: 0 };
  for (let lag = -3; lag <= 3; lag++) {
    const shifted = truth.map((_, k) => ours[k - lag] ?? 0);
    const whole = correlation(shifted, truth);
    const spoken = (values: readonly number[]): number[] => values.filter((_, k) => speech[k]);
    if (whole > best.whole) best = { whole, speech: correlation(spoken(shifted), spoken(truth)), lagFrames: lag };
  }
  return best;
}

describe.skipIf(!existsSync(FOLDER))('against a recorded face (skipped where ../shared/data/facegood is absent)', () => {
  it.each(CLIPS)('clip %s: opening and rounding correlate', async (clip) => {
    const truth = JSON.parse(readFileSync(new URL(`${clip}.json`, FOLDER), 'utf8')) as Truth;
    const samples = new Pcm16Decoder().push(readFileSync(new URL(`${clip}.wav`, FOLDER)).subarray(44));
    const frames = await framesOf(samples, truth.fps);
    const speech = speechFrames(samples, truth.frames.length, truth.fps);
    const values = frames.map(({ pose }) => pose.values);
    const opening = compare(
      values.map((v) => weightOf(v, 'jawOpen') - weightOf(v, 'mouthClose')),
      truthOf(truth, ['mouth_stretch_c']), speech,
    );
    const rounding = compare(
      values.map((v) => Math.max(weightOf(v, 'mouthFunnel'), weightOf(v, 'mouthPucker'))),
      truthOf(truth, ['mouth_funnel_dl', 'mouth_oh_c', 'mouth_pucker_l']), speech,
    );
    process.stdout.write(`signal model, clip ${clip}: opening ${describeScore(opening)}; rounding ${describeScore(rounding)}\n`);
    expect(opening.whole).toBeGreaterThan(0.7);
    expect(opening.speech).toBeGreaterThan(0.5);
    expect(Math.abs(opening.lagFrames)).toBeLessThanOrEqual(1);
    expect(rounding.whole).toBeGreaterThan(0.3);
  });
});

function describeScore({ whole, speech, lagFrames }: Score): string {
  return `r ${whole.toFixed(3)} whole, ${speech.toFixed(3)} speech, lag ${lagFrames} frames`;
}
