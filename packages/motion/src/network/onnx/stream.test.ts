import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BABBLE, cut, speak, whiteNoise } from '../../../test/voice.js';
import { CHANNEL } from '@visavis/face';
import type { MotionModel, MotionStream, TimedText } from '../../index.js';
import { loadNetworkModel } from './index.js';

const folder = fileURLToPath(new URL('../../../test/network/', import.meta.url));

let model: MotionModel;
beforeAll(async () => { model = await loadNetworkModel({ folder }); });
afterAll(() => model.dispose());

type Poses = readonly Float32Array[];

async function run(stream: MotionStream, parts: readonly Float32Array[]): Promise<Poses> {
  const poses: Float32Array[] = [];
  for (const part of parts) {
    stream.push(part);
    poses.push(...(await stream.pull()));
  }
  stream.flush();
  return [...poses, ...(await stream.pull())];
}

async function alone(parts: readonly Float32Array[]): Promise<Poses> {
  const stream = model.open();
  const poses = await run(stream, parts);
  stream.close();
  return poses;
}

/** The largest difference of any value; both have to be of one length. */
function difference(a: Poses, b: Poses): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, pose, k) => pose.reduce((most, value, i) => Math.max(most, Math.abs(value - b[k]![i]!)), worst), 0);
}

function movement(poses: Poses): number {
  return difference(poses.slice(1), poses.slice(0, -1));
}

const speech = speak(BABBLE);

describe('a stream of the network', () => {
  it('gives a pose for every 20 ms begun, none for no audio', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 5000 }), async (length) => {
      expect(await alone([speech.subarray(0, length)])).toHaveLength(Math.ceil(length / 320));
    }), { numRuns: 25, examples: [[0], [1], [320], [321], [640], [641]] });
  });

  it('gives the same poses to the bit however the samples are cut', async () => {
    const whole = await alone([speech]);
    expect(movement(whole)).toBeGreaterThan(0.01);
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 200, max: 20_000 })), { minLength: 1, maxLength: 5 });
    await fc.assert(fc.asyncProperty(sizes, async (lengths) => {
      expect(difference(await alone(cut(speech, lengths)), whole)).toBe(0);
    }), { numRuns: 15 });
  });

  it('gives the same to 1e-5 beside others, more than one run holds, as alone', async () => {
    const sounds = Array.from({ length: 70 }, (_, i) => (i % 3 === 0 ? whiteNoise(3000 + 70 * i, 0.1) : speech.subarray(97 * i, 97 * i + 8000)));
    const together = await Promise.all(sounds.map((samples, i) => alone(cut(samples, [[640], [samples.length], [100, 5000]][i % 3]!))));
    for (const [i, poses] of together.entries()) expect(difference(poses, await alone([sounds[i]!]))).toBeLessThan(1e-5);
  });

  it('gives the poses of what was pushed before the pull', async () => {
    const stream = model.open();
    stream.push(speech.subarray(0, 1280));
    const first = stream.pull();
    stream.push(speech.subarray(1280));
    stream.flush();
    expect(await first).toHaveLength(3);
    expect(await stream.pull()).toHaveLength(Math.ceil(speech.length / 320) - 3);
    stream.close();
  });

  it('is new after reset, also with a pull pending', async () => {
    const whole = await alone([speech]);
    const stream = model.open();
    await run(stream, [speech]);
    stream.reset();
    stream.push(speech.subarray(3000, 9000));
    const pending = stream.pull();
    stream.reset();
    const again = run(stream, [speech]);
    await pending;
    expect(difference(await again, whole)).toBe(0);
    stream.close();
  });

  it('may be closed with a pull pending, and others go on', async () => {
    const [closing, other] = [model.open(), model.open()];
    closing.push(speech);
    const pending = closing.pull();
    const going = run(other, [speech]);
    closing.close();
    expect(await pending).toEqual([]);
    expect(difference(await going, await alone([speech]))).toBeLessThan(1e-5);
    other.close();
  });
});

describe('phonemes with their times', () => {
  const first: TimedText[] = [{ text: 'ɑ', startMs: 80, endMs: 400 }];
  const second: TimedText[] = [{ text: 'ɑ', startMs: 400, endMs: 640 }, { text: 'm', startMs: 640, endMs: 740 }, { text: 'ɑ', startMs: 740, endMs: 1000 }];
  const open = (phonemes: readonly TimedText[]) => model.open({ expression: { phonemes }, originMs: 0 });
  /** In chunks of 100 ms; what begins in a chunk is told just ahead of it. */
  const asItComes = async (stream: MotionStream): Promise<Poses> => {
    const poses: Float32Array[] = [];
    for (let at = 0; at < speech.length; at += 1600) {
      if (at === 6400) stream.tell!({ phonemes: second });
      stream.push(speech.subarray(at, at + 1600));
      poses.push(...(await stream.pull()));
    }
    stream.flush();
    return [...poses, ...(await stream.pull())];
  };

  it('do the same to the bit told with their audio as told at first, and close the lips', async () => {
    const atFirst = await run(open([...first, ...second]), [speech]);
    const stream = open(first);
    expect(difference(await asItComes(stream), atFirst)).toBe(0);
    const untold = await run(open(first), [speech]);
    const pressed = (poses: Poses): boolean[] => poses.map((pose, k) => pose[CHANNEL.mouthPressLeft]! - untold[k]![CHANNEL.mouthPressLeft]! > 0.05);
    expect(pressed(atFirst).flatMap((isPressed, k) => (isPressed ? [20 * k] : []))).toEqual([640, 660, 680, 700, 720]);
    expect(difference(atFirst.slice(0, 20), untold.slice(0, 20))).toBe(0);
    stream.reset();
    expect(difference(await run(stream, [speech]), untold)).toBe(0);
  });

  it('come too late for poses that are made', async () => {
    const stream = open(first);
    const poses = await run(stream, [speech]);
    stream.tell!({ phonemes: second });
    expect(difference(poses, await run(open(first), [speech]))).toBe(0);
  });
});

it('a model that was disposed of says so', async () => {
  const gone = await loadNetworkModel({ folder });
  const stream = gone.open();
  stream.push(speech);
  await gone.dispose();
  await expect(stream.pull()).rejects.toMatchObject({ code: 'closed' });
});
