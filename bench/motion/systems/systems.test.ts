import { CHANNEL } from '@visavis/face';
import { beforeAll, describe, expect, it } from 'vitest';
import { resampled } from '../corpus/degrade.js';
import type { Clip } from '../corpus/facegood.js';
import { makeUtterances } from '../corpus/flite.js';
import { CALIBRATION_SENTENCES } from '../corpus/sentences.js';
import { bestLag, correlation } from '../measures/correlation.js';
import { FPS, openingOf, roundingOf, SAMPLE_RATE, weight, type Track } from '../track.js';
import { moduleSystem, signalSystem } from './engine.js';
import { headAudioSystem } from './headaudio.js';
import { logMel } from './log-mel.js';
import { loudnessSystem } from './loudness.js';
import { ridgeSystem } from './ridge.js';
import type { System, Told } from './system.js';
import { poseOfVisemes } from './viseme-shapes.js';
import { calibrate, wLipSyncSystem } from './wlipsync.js';

/** A second of nothing, open vowels, a second of nothing. */
let samples: Float32Array;
let spokenUntilMs: number;

beforeAll(async () => {
  const [utterance] = await makeUtterances(['Father, calm, hot, lot'], ['slt']);
  samples = new Float32Array(2 * SAMPLE_RATE + utterance!.samples.length);
  samples.set(utterance!.samples, SAMPLE_RATE);
  spokenUntilMs = 1000 + (utterance!.samples.length * 1000) / SAMPLE_RATE;
});

const run = (system: System): Promise<Track> => system.run(resampled(samples, SAMPLE_RATE, system.sampleRate));
const most = (track: Track, from: number, to: number): number => Math.max(...openingOf(track.slice(from, to)));

describe.each<[string, () => System | Promise<System>]>([
  ['signal', signalSystem], ['loudness', loudnessSystem], ['headaudio', () => headAudioSystem(false)], ['headaudio-aa', () => headAudioSystem(true)],
  ['wlipsync', async () => wLipSyncSystem(await calibrate(await makeUtterances(CALIBRATION_SENTENCES, ['slt'])), 'test')],
])('%s', (id, open) => {
  it('gives a pose a frame, still in silence, open in speech, the same twice', async () => {
    const system = await open();
    expect(system.id).toBe(id);
    const track = await run(system);
    expect(Math.abs(track.length - (samples.length * FPS) / SAMPLE_RATE)).toBeLessThanOrEqual(1);
    const end = Math.ceil((spokenUntilMs * FPS) / 1000);
    expect(most(track, 3, 25)).toBeLessThan(0.02);
    expect(most(track, 30, end)).toBeGreaterThan(0.1);
    expect(most(track, end + 20, track.length)).toBeLessThan(0.02);
    expect(await run(system)).toEqual(track);
    await system.dispose?.();
  });
});

describe('HeadAudio', () => {
  it('shows aa only where it is made to: no other viseme opens the jaw so far', async () => {
    const [spoken] = await makeUtterances(['The cat sat down on the black mat'], ['kal16']);
    const widest = async (system: System): Promise<number> => Math.max(...openingOf(await system.run(resampled(spoken!.samples, SAMPLE_RATE, system.sampleRate))));
    expect(await widest(await headAudioSystem(false))).toBeLessThan(0.3);
    expect(await widest(await headAudioSystem(true))).toBeGreaterThan(0.35);
  });
});

describe('visemes', () => {
  it('become the lips of their table', () => {
    const pose = poseOfVisemes({ aa: 0.5, PP: 1, U: 0.25, unheard: 1 });
    expect(weight(pose, 'jawOpen')).toBeCloseTo(0.3);
    expect(weight(pose, 'mouthRollUpper')).toBeCloseTo(0.8);
    expect([weight(pose, 'mouthUpperUpLeft'), weight(pose, 'mouthUpperUpRight')]).toEqual([expect.closeTo(0.3), expect.closeTo(0.3)]);
    expect(Math.max(...roundingOf([pose]))).toBeCloseTo(0.25);
  });
});

describe('ridge', () => {
  const SECONDS = 8;

  /** A clip of wandering tones whose opening follows one mel band 20 ms ahead, rounding another 100 ms ago. */
  function clipOf(name: string, seed: number): Clip {
    const audio = Float32Array.from({ length: SECONDS * SAMPLE_RATE }, (_, i) => {
      const at = i / SAMPLE_RATE;
      return 0.1 * (1 + Math.sin(at * (3 + seed))) * Math.sin(2 * Math.PI * 500 * at) + 0.1 * (1 + Math.sin(at * (4.1 + seed))) * Math.sin(2 * Math.PI * 2_000 * at);
    });
    const mel = logMel(audio);
    const band = (index: number, rows: number) => Float64Array.from({ length: SECONDS * FPS }, (_, k) => mel[Math.min(mel.length - 1, Math.max(0, Math.round((k * 100) / FPS) + rows))]![index]! / 10 + 2);
    return { name, samples: audio, opening: band(10, 2), rounding: band(24, -10), press: new Float64Array(SECONDS * FPS), speech: new Array<boolean>(SECONDS * FPS).fill(true) };
  }

  it('learns a linear law it has not seen the clip of', async () => {
    const clips = [clipOf('a', 0.1), clipOf('b', 0.7), clipOf('c', 1.3)];
    const track = await ridgeSystem(clips).run(clips[0]!.samples, { heldOut: 'a' });
    const r = correlation(openingOf(track), clips[0]!.opening, clips[0]!.speech, [{ from: 0, to: SECONDS * FPS }])(Float64Array.of(1));
    expect(r).toBeGreaterThan(0.97);
    expect(Math.abs(bestLag(roundingOf(track), clips[0]!.rounding).ms)).toBeLessThan(10);
  });

  it('never looks at the clip held out', async () => {
    const clips = [clipOf('a', 0.1), clipOf('b', 0.7)];
    const spoilt = [{ ...clips[0]!, opening: clips[0]!.opening.map((value) => -value) }, clips[1]!];
    const honest = await ridgeSystem(clips).run(clips[0]!.samples, { heldOut: 'a' });
    expect(await ridgeSystem(spoilt).run(clips[0]!.samples, { heldOut: 'a' })).toEqual(honest);
    expect(await ridgeSystem(spoilt).run(clips[0]!.samples)).not.toEqual(honest);
  });
});

describe('a model by module', () => {
  const source = (body: string): string => `data:text/javascript,${encodeURIComponent(body)}`;

  it('is asked for a model that has not learnt from the clip', async () => {
    const system = await moduleSystem(source(`
      export const createModel = ({ heldOut } = {}) => ({
        id: 'made', sampleRate: 16000, poseRateHz: 100, lookaheadMs: 0, dispose() {},
        open() {
          let samples = 0, given = 0;
          return {
            push(more) { samples += more.length; }, flush() {}, reset() {}, close() {},
            pull() {
              const poses = [];
              for (; given < samples / 160; given++) { const pose = new Float32Array(58); pose[${CHANNEL.jawOpen}] = heldOut === 'a' ? 0.25 : 0.75; poses.push(pose); }
              return poses;
            },
          };
        },
      });`));
    expect(system.id).toBe('made');
    const held = async (told?: Told): Promise<number> => openingOf(await system.run(samples, told))[20]!;
    expect([await held({ heldOut: 'a' }), await held({ heldOut: 'b' }), await held()]).toEqual([0.25, 0.75, 0.75]);
    await system.dispose?.();
  });

  it('is told the phones with their times, and many runs go on at once', async () => {
    const system = await moduleSystem(source(`
      export const createModel = () => ({
        id: 'told', sampleRate: 16000, poseRateHz: 100, lookaheadMs: 0, dispose() {},
        open({ expression: { phonemes = [] } }) {
          let samples = 0, given = 0;
          return {
            push(more) { samples += more.length; }, flush() {}, reset() {}, close() {},
            async pull() {
              const poses = [];
              for (; given < samples / 160; given++) {
                const pose = new Float32Array(58);
                pose[${CHANNEL.jawOpen}] = phonemes.some(({ text, startMs, endMs }) => text === 'm' && given * 10 >= startMs && given * 10 < endMs) ? 0 : 0.5;
                poses.push(pose);
              }
              return poses;
            },
          };
        },
      });`));
    expect([system.takesPhones, system.sharesWork]).toEqual([true, true]);
    const phones = [{ name: 'm', startMs: 500, endMs: 700 }];
    const [told, untold] = await Promise.all([system.run(samples, { phones }), system.run(samples)]);
    expect([openingOf(told!)[10], openingOf(told!)[18]]).toEqual([0.5, 0]);
    expect(openingOf(untold!)[18]).toBe(0.5);
    await system.dispose?.();
  });

  it('is refused where it makes none', async () => {
    await expect(moduleSystem(source('export const model = 1;'))).rejects.toThrow('createModel');
  });
});
