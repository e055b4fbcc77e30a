import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createSignalModel } from '@visavis/motion';
import { motionOfWav, type MotionFile } from './motion.js';

const sample = new URL('../../../../apps/demo/assets/samples/austen.wav', import.meta.url);
const bin = fileURLToPath(new URL('../../bin/visavis.js', import.meta.url));
/** Beside the command, as its build found them. */
const weights = new URL('../../dist/models/motion.onnx', import.meta.url);
const facegood = new URL('../../../../../shared/data/facegood/', import.meta.url);

const model = createSignalModel();

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

/** The command as it is installed; what it wrote, or undefined, and what it said. */
function command(...options: string[]): { motion: MotionFile | undefined; stderr: string; status: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-'));
  try {
    const out = join(folder, 'out.json');
    const { status, stderr } = spawnSync(process.execPath, [bin, 'motion', fileURLToPath(sample), '--out', out, ...options], { encoding: 'utf8' });
    return { motion: status === 0 ? JSON.parse(readFileSync(out, 'utf8')) as MotionFile : undefined, stderr, status };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('visavis motion', () => {
  it('gives 55 named channels, a row per frame, over the whole file', async () => {
    const wav = readFileSync(sample);
    const motion = await motionOfWav(wav, 30, model);
    expect(motion.channels).toHaveLength(55);
    expect(motion.channels.slice(-4)).toEqual(['tongueOut', 'headYaw', 'headPitch', 'headRoll']);
    expect(motion.frames.every((row) => row.length === 55)).toBe(true);
    expect(motion.frames.length).toBe(Math.ceil((((wav.length - 44) / 2) / 16_000) * 30));
    const jaw = column(motion, 'jawOpen');
    expect(Math.max(...jaw)).toBeGreaterThan(0.2);
    expect(jaw.at(-1)).toBeLessThan(0.05);
  });

  it('makes it with the baseline where that is asked for, and says nothing of it', async () => {
    const { motion, stderr } = command('--model', 'baseline');
    expect(stderr).toBe('');
    expect(motion).toEqual(JSON.parse(JSON.stringify(await motionOfWav(readFileSync(sample), 30, model))));
  });

  it('makes it with the network, or warns and falls back, or fails where the network was asked for', () => {
    const [usual, asked] = [command(), command('--model', 'network')];
    expect(usual.motion!.frames.length).toBeGreaterThan(100);
    if (existsSync(weights)) {
      expect(usual.stderr).toBe('');
      expect(asked.motion).toEqual(usual.motion);
    } else {
      expect(usual.stderr).toMatch(/^visavis: the baseline makes the motion, for the network does not load: there is no .*motion\.json.*\n$/);
      expect(asked).toMatchObject({ status: 1, stderr: expect.stringMatching(/^visavis: there is no .*motion\.json.*\n$/) as string });
    }
  });

  it.skipIf(!existsSync(facegood))('follows the jaw of a real speaker (skipped without ../shared)', async () => {
    const motion = await motionOfWav(readFileSync(new URL('2_01.wav', facegood)), 30, model);
    const truth = JSON.parse(readFileSync(new URL('2_01.json', facegood), 'utf8')) as { names: string[]; frames: number[][] };
    const real = column({ channels: truth.names, frames: truth.frames }, 'mouth_stretch_c');
    const r = correlation(column(motion, 'jawOpen'), real);
    console.log(`facegood 2_01: r(jawOpen, mouth_stretch_c) = ${r.toFixed(3)} over ${real.length} frames`);
    expect(Math.abs(motion.frames.length - real.length)).toBeLessThanOrEqual(3);
    expect(r).toBeGreaterThan(0.3);
  });
});
