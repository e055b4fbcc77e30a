import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { motionOfWav, type MotionFile } from './motion.js';

const sample = new URL('../../../../apps/demo/assets/samples/austen.wav', import.meta.url);
const facegood = new URL('../../../../../shared/data/facegood/', import.meta.url);

function column(motion: Pick<MotionFile, 'channels' | 'frames'>, name: string): number[] {
  const index = motion.channels.indexOf(name);
  return motion.frames.map((row) => row[index]!);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const count = Math.min(a.length, b.length);
  const mean = (values: readonly number[]): number => values.slice(0, count).reduce((sum, value) => sum + value, 0) / count;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [da, db] = [a[i]! - meanA, b[i]! - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / Math.sqrt(aa * bb);
}

describe('visavis motion', () => {
  it('gives 55 named channels, a row per frame, over the whole file', async () => {
    const wav = readFileSync(sample);
    const motion = await motionOfWav(wav, 30);
    expect(motion.channels).toHaveLength(55);
    expect(motion.channels.slice(-4)).toEqual(['tongueOut', 'headYaw', 'headPitch', 'headRoll']);
    expect(motion.frames.every((row) => row.length === 55)).toBe(true);
    expect(motion.frames.length).toBe(Math.ceil((((wav.length - 44) / 2) / 16_000) * 30));
    const jaw = column(motion, 'jawOpen');
    expect(Math.max(...jaw)).toBeGreaterThan(0.2);
    expect(jaw.at(-1)).toBeLessThan(0.05);
  });

  it.skipIf(!existsSync(facegood))('follows the jaw of a real speaker (skipped without ../shared)', async () => {
    const motion = await motionOfWav(readFileSync(new URL('2_01.wav', facegood)), 30);
    const truth = JSON.parse(readFileSync(new URL('2_01.json', facegood), 'utf8')) as { names: string[]; frames: number[][] };
    const real = column({ channels: truth.names, frames: truth.frames }, 'mouth_stretch_c');
    const r = correlation(column(motion, 'jawOpen'), real);
    console.log(`facegood 2_01: r(jawOpen, mouth_stretch_c) = ${r.toFixed(3)} over ${real.length} frames`);
    expect(Math.abs(motion.frames.length - real.length)).toBeLessThanOrEqual(3);
    expect(r).toBeGreaterThan(0.3);
  });
});
