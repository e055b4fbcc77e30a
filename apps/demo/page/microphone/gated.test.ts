import { readFileSync } from 'node:fs';
import type { Capture } from '@visavis/client';
import { parseWav, StreamingResampler, toFloatSamples } from '@visavis/motion';
import { describe, expect, it } from 'vitest';
import { GatedMicrophone, levelOf } from './gated.js';
import { microphoneProblem } from './problem.js';

/** A person reading aloud, recorded at 16 kHz. */
const recorded = parseWav(readFileSync(new URL('../../assets/samples/austen.wav', import.meta.url)));
const PIECE = 320;

function resampled(samples: Float32Array, from: number, to: number): Float32Array {
  const resampler = new StreamingResampler(from, to);
  return Float32Array.from([...resampler.push(samples), ...resampler.flush()]);
}

async function microphone(sampleRate = 16_000): Promise<{ gated: GatedMicrophone; inner: Capture; sent: Float32Array[]; told: string[]; levels: number[]; outer: Capture }> {
  const told: string[] = [];
  const levels: number[] = [];
  const sent: Float32Array[] = [];
  const inner: Capture = { sampleRate, onSamples: undefined, onEnded: undefined, stop: () => told.push('stopped') };
  const gated = new GatedMicrophone({
    open: (deviceId) => {
      told.push(`open ${deviceId ?? 'default'}`);
      return Promise.resolve(inner);
    },
    onLevel: (level) => levels.push(level), onNarrowBand: () => told.push('narrow'),
  });
  gated.deviceId = 'headset';
  const outer = await gated.open();
  outer.onSamples = (samples) => sent.push(samples);
  return { gated, inner, sent, told, levels, outer };
}

function play(inner: Capture, samples: Float32Array): void {
  for (let at = 0; at + PIECE <= samples.length; at += PIECE) inner.onSamples?.(samples.slice(at, at + PIECE));
}

describe('the microphone of the page', () => {
  it('opens the chosen device, and gives it back', async () => {
    const { outer, told, levels } = await microphone();
    outer.stop();
    expect(told).toEqual(['open headset', 'stopped']);
    expect(levels.at(-1)).toBe(0);
  });

  it('sends silence of the same length while its gate is shut, and still shows the level', async () => {
    const { gated, inner, sent, levels } = await microphone();
    const loud = new Float32Array(PIECE).fill(0.1);
    inner.onSamples?.(loud);
    gated.isShut = true;
    inner.onSamples?.(loud);
    expect(sent).toEqual([loud, new Float32Array(PIECE)]);
    expect(levels).toEqual([expect.closeTo(1), expect.closeTo(1)]);
  });

  it('tells when the device goes away', async () => {
    const { inner, outer } = await microphone();
    let ended = 0;
    outer.onEnded = () => { ended += 1; };
    inner.onEnded?.();
    expect(ended).toBe(1);
  });

  it('notices telephone quality in real speech, once, and takes none of the other for it', async () => {
    const wide = resampled(toFloatSamples(recorded.samples), 16_000, 48_000);
    const narrow = resampled(resampled(toFloatSamples(recorded.samples), 16_000, 8_000), 8_000, 48_000);
    const hears = async (samples: Float32Array): Promise<string[]> => {
      const { inner, told } = await microphone(48_000);
      play(inner, samples);
      play(inner, samples);
      return told.filter((word) => word === 'narrow');
    };
    expect(await hears(wide)).toEqual([]);
    expect(await hears(narrow)).toEqual(['narrow']);
    expect(await hears(new Float32Array(48_000 * 10))).toEqual([]);
  });
});

it.each([[0, 0], [0.0005, 0], [0.01, 0.5], [0.1, 1], [0.9, 1]])('a level of RMS %d reads %d', (rms, level) => {
  expect(levelOf(new Float32Array(100).fill(rms))).toBeCloseTo(level);
});

describe('what is said of a microphone that does not work', () => {
  const failed = (name: string): { code: string; cause: unknown } => ({ code: 'microphoneUnavailable', cause: Object.assign(new Error('x'), { name }) });

  it.each([
    [{ code: 'microphoneDenied', cause: Object.assign(new Error('x'), { name: 'NotAllowedError' }) }, false, 'microphoneDenied'],
    [failed('NotFoundError'), false, 'microphoneMissing'],
    [failed('OverconstrainedError'), false, 'microphoneMissing'],
    [failed('NotReadableError'), false, 'microphoneBusy'],
    [failed('SomethingNew'), false, 'microphoneBusy'],
    [{ code: 'microphoneUnavailable' }, false, 'microphoneInsecure'],
    [{ code: 'microphoneUnavailable' }, true, 'microphoneUnplugged'],
  ])('%o, on before: %s, is %s', (error, wasOn, code) => {
    const problem = microphoneProblem(error, wasOn);
    expect(problem.code).toBe(code);
    expect(problem.text).toMatch(/type/i);
  });
});
