import { CHANNEL, createPose } from '@visavis/face';
import { createSignalModel } from '@visavis/motion/signal';
import { describe, expect, it } from 'vitest';
import { RecentSound } from './recent-sound.js';
import { loadSignalModel, StandIn } from './stand-in.js';

const RATE = 48_000;

/** A voice that says "ah" four times a second. */
function voice(ms: number): Float32Array {
  return Float32Array.from({ length: (ms * RATE) / 1000 }, (_, i) => {
    const t = i / RATE;
    const open = Math.max(0, Math.sin(2 * Math.PI * 4 * t));
    let sum = 0;
    for (let harmonic = 1; harmonic <= 12; harmonic++) sum += Math.sin(2 * Math.PI * 130 * harmonic * t) / harmonic;
    return 0.2 * open * sum;
  });
}

function hearAll(standIn: StandIn, samples: Float32Array): void {
  for (let at = 0; at < samples.length; at += 9_600) standIn.hear(samples.subarray(at, at + 9_600));
}

/** The jaw every 10 ms; undefined where there is no motion. */
function jaws(standIn: StandIn, fromMs: number, toMs: number): (number | undefined)[] {
  const pose = createPose();
  return Array.from({ length: (toMs - fromMs) / 10 }, (_, i) => (standIn.track.sample(fromMs + i * 10, pose) ? pose.values[CHANNEL.jawOpen]! : undefined));
}

describe('the stand-in', () => {
  it('moves the mouth from where it is asked to, to the last sample', async () => {
    const standIn = new StandIn(RATE, loadSignalModel);
    hearAll(standIn, voice(1_000));
    await standIn.begin(() => 600);
    hearAll(standIn, voice(1_000));
    standIn.end();
    const made = jaws(standIn, 600, 2_000);
    expect(made).not.toContain(undefined);
    expect(Math.max(...(made as number[]))).toBeGreaterThan(0.1);
    expect(standIn.track.coveredUntil(600)).toBeGreaterThanOrEqual(1_990);
  });

  it('after its warm-up gives the poses of one that heard all', async () => {
    const [whole, late] = [new StandIn(RATE, loadSignalModel), new StandIn(RATE, loadSignalModel)];
    await whole.begin(() => 0);
    hearAll(whole, voice(2_000));
    hearAll(late, voice(2_000));
    await late.begin(() => 1_000);
    const [a, b] = [jaws(whole, 1_000, 1_900) as number[], jaws(late, 1_000, 1_900) as number[]];
    expect(Math.max(...a.map((jaw, i) => Math.abs(jaw - b[i]!)))).toBeLessThan(0.12);
  });

  it('keeps no more sound than may be needed, and none once it is at work', () => {
    const recent = new RecentSound(1_000);
    for (let i = 0; i < 50; i++) recent.push(new Float32Array(300).fill(i));
    const { first, chunks } = recent.takeFrom(0);
    expect(first).toBe(50 * 300 - 1_200);
    expect(chunks.map((chunk) => chunk[0])).toEqual([46, 47, 48, 49]);
    expect(recent.takeFrom(0).chunks).toEqual([]);
    recent.push(new Float32Array(10).fill(7));
    expect(recent.takeFrom(15_004)).toEqual({ first: 15_004, chunks: [new Float32Array(6).fill(7)] });
  });

  it('frees its model, also one that comes too late', async () => {
    const freed: string[] = [];
    const model = (name: string) => ({ ...createSignalModel(), dispose: () => void freed.push(name) });
    const used = new StandIn(RATE, () => Promise.resolve(model('used')));
    await used.begin(() => 0);
    used.close();
    const late = new StandIn(RATE, () => Promise.resolve(model('late')));
    const begun = late.begin(() => 0);
    late.close();
    await begun;
    late.hear(voice(100));
    expect(freed).toEqual(['used', 'late']);
    expect(late.track.frameCount).toBe(0);
  });
});
