import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatWav } from '@visavis/motion';
import { afterAll, describe, expect, it } from 'vitest';
import { levelDb, SAMPLE_RATE } from '../track.js';
import { CONDITIONS, withNoise } from './degrade.js';
import { loadClips } from './facegood.js';
import { makeUtterances, parsePhones } from './flite.js';
import { makeNegatives } from './negatives.js';

const NAMES = ['mouth_stretch_c', 'mouth_funnel_dl', 'mouth_oh_c', 'mouth_pucker_l', 'mouth_press_l', 'mouth_suck_dl', 'mouth_suck_ul'];
const folder = mkdtempSync(join(tmpdir(), 'clips-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A second of a 440 Hz tone in its second half. */
function wav(): Uint8Array {
  const samples = new Int16Array(SAMPLE_RATE);
  for (let i = SAMPLE_RATE / 2; i < SAMPLE_RATE; i++) samples[i] = Math.round(9_000 * Math.sin((2 * Math.PI * 440 * i) / SAMPLE_RATE));
  return formatWav({ sampleRate: SAMPLE_RATE, samples });
}

describe('recorded clips', () => {
  it('are read by channel name, with their speech frames', () => {
    const frames = Array.from({ length: 30 }, (_, k) => [k / 30, 0.1, 0.3, 0.2, 0.1, 0.2, 0.3]);
    writeFileSync(join(folder, 'a.json'), JSON.stringify({ fps: 30, names: NAMES, frames }));
    writeFileSync(join(folder, 'a.wav'), wav());
    const [clip, ...others] = loadClips(folder);
    expect(others).toEqual([]);
    expect([clip!.opening[15], clip!.rounding[3], clip!.press[3]]).toEqual([0.5, 0.3, expect.closeTo(0.6, 9)]);
    expect(clip!.speech.map(Number).join('')).toMatch(/^0{15}1{15}$/);
  });

  it('of another frame rate or without a channel are refused, a missing folder is none', () => {
    writeFileSync(join(folder, 'a.json'), JSON.stringify({ fps: 25, names: NAMES, frames: [] }));
    expect(() => loadClips(folder)).toThrow('25 fps');
    writeFileSync(join(folder, 'a.json'), JSON.stringify({ fps: 30, names: NAMES.slice(1), frames: [] }));
    expect(() => loadClips(folder)).toThrow('mouth_stretch_c');
    expect(loadClips(join(folder, 'none'))).toEqual([]);
  });
});

describe('flite speech', () => {
  it('tells phones that cover its audio and are loud where they should be', async () => {
    const [utterance] = await makeUtterances(['Sam saw a map'], ['slt']);
    const { samples, phones } = utterance!;
    expect(phones.map(({ name }) => name).join(' ')).toBe('pau s ae m s ao ax m ae p pau');
    expect(Math.abs(phones.at(-1)!.endMs - (samples.length * 1000) / SAMPLE_RATE)).toBeLessThan(30);
    const level = (name: string): number => {
      const { startMs, endMs } = phones.find((phone) => phone.name === name)!;
      return levelDb(samples, (startMs + endMs) / 2000, 0.02);
    };
    expect(level('ae')).toBeGreaterThan(level('pau') + 20);
  });

  it('reads flite\'s own lines', () => {
    expect(parsePhones('pau:0.184 m:0.25 ')).toEqual([{ name: 'pau', startMs: 0, endMs: 184 }, { name: 'm', startMs: 184, endMs: 250 }]);
  });
});

describe('negatives', () => {
  it('are the same each time, sound throughout, and stay in range', () => {
    const again = makeNegatives(12);
    for (const [i, { samples }] of makeNegatives(12).entries()) {
      expect(Buffer.compare(Buffer.from(samples.buffer), Buffer.from(again[i]!.samples.buffer))).toBe(0);
      expect(samples.length).toBe(12 * SAMPLE_RATE);
      expect(samples.every((sample) => Math.abs(sample) <= 0.41)).toBe(true);
      for (let second = 1; second < 11; second++) expect(levelDb(samples, second, 0.5)).toBeGreaterThan(-45);
    }
  });
});

describe('degradations', () => {
  const tone = (hz: number): Float32Array => Float32Array.from({ length: SAMPLE_RATE }, (_, i) => 0.1 * Math.sin((2 * Math.PI * hz * i) / SAMPLE_RATE));
  const apply = (name: string, samples: Float32Array): Float32Array => CONDITIONS.find((condition) => condition.name === name)!.apply(samples);

  it.each([20, 10, 0])('add noise %d dB under the speech', (snrDb) => {
    const clean = tone(500);
    const noise = withNoise(clean, snrDb).map((sample, i) => sample - clean[i]!);
    expect(levelDb(clean, 0.5, 0.5) - levelDb(noise, 0.5, 0.5)).toBeCloseTo(snrDb, 0);
  });

  it('keep length and time, and take what a telephone takes', () => {
    for (const { apply: degrade } of CONDITIONS) expect(degrade(tone(500)).length).toBe(SAMPLE_RATE);
    const narrow = apply('8 kHz', tone(500));
    for (let i = 1000; i < 15_000; i += 97) expect(narrow[i]).toBeCloseTo(tone(500)[i]!, 2);
    expect(levelDb(apply('8 kHz', tone(6_000)), 0.5, 0.3)).toBeLessThan(-80);
    expect(levelDb(apply('gain -20 dB', tone(500)), 0.5, 0.5)).toBeCloseTo(-43, 0);
    expect(Math.max(...apply('gain +20 dB, clipped', tone(500).map((sample) => 3 * sample)))).toBe(1);
  });

  it('leave speech through Opus in its place', async () => {
    const [utterance] = await makeUtterances(['Sam saw a map'], ['slt']);
    const clean = utterance!.samples;
    const heard = apply('Opus, 24 kbit/s', clean);
    const likeness = (late: number): number => {
      let [dot, ours, theirs] = [0, 0, 0];
      for (let i = 100; i < clean.length - 100; i++) {
        const [a, b] = [clean[i]!, heard[i + late]!];
        dot += a * b;
        ours += a * a;
        theirs += b * b;
      }
      return dot / Math.sqrt(ours * theirs);
    };
    expect(likeness(0)).toBeGreaterThan(0.9);
    expect(likeness(0)).toBeLessThan(1);
    for (const late of [-40, -8, 8, 40]) expect(likeness(late)).toBeLessThan(likeness(0));
  });
});
