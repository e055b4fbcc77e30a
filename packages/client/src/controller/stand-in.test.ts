import { CHANNEL, createPose, MASK } from '@visavis/face';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSignalModel } from '@visavis/motion/signal';
import type { LoadSpeechModel } from '../stand-in/index.js';
import { ManualOutput, ManualTimer } from '../test/index.js';
import { AvatarController } from './avatar-controller.js';

let output: ManualOutput;
let timer: ManualTimer;
let controller: AvatarController;
let sources: string[];
let loads: number;
let codes: string[];

beforeEach(() => use(() => Promise.resolve(createSignalModel())));

function use(load: LoadSpeechModel): void {
  output = new ManualOutput();
  timer = new ManualTimer();
  sources = [];
  codes = [];
  loads = 0;
  controller = new AvatarController({
    output, timer,
    loadStandIn: () => {
      loads++;
      return load();
    },
  });
  controller.onMotionSource = (source) => sources.push(source);
  controller.onError = ({ code }) => codes.push(code);
}

/** s16le at 16 kHz of a voice that says "ah" four times a second. */
function voice(ms: number): Uint8Array {
  const samples = Int16Array.from({ length: ms * 16 }, (_, i) => {
    const t = i / 16_000;
    let sum = 0;
    for (let harmonic = 1; harmonic <= 12; harmonic++) sum += Math.sin(2 * Math.PI * 130 * harmonic * t) / harmonic;
    return Math.round(6_000 * Math.max(0, Math.sin(2 * Math.PI * 4 * t)) * sum);
  });
  return new Uint8Array(samples.buffer);
}

/** Motion at 50 fps with the jaw wide open. */
function motion(first: number, count: number, end = false): Uint8Array {
  const pose = createPose();
  pose.values[CHANNEL.jawOpen] = 0.9;
  const chunk = encodeMotion({ fps: 50, firstFrame: first, mask: MASK.speech, poses: Array.from({ length: count }, () => pose) });
  return encodeEnvelope('serverResponseAnimation', { connectionId: 'x', reqId: 'r', end, motion: chunk });
}

async function play(ms: number): Promise<number[]> {
  const jaws: number[] = [];
  for (let done = 0; done < ms; done += 20) {
    timer.advance(20);
    output.stream.play(20);
    jaws.push(controller.poseAt(timer.now()).values[CHANNEL.jawOpen]!);
    // What is loaded comes between frames.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return jaws;
}

describe('an utterance whose motion is missing', () => {
  it('moves the mouth by its own sound, and says so', async () => {
    controller.yieldAudioData(voice(3_000), true);
    const jaws = await play(2_900);
    expect(Math.max(...jaws)).toBeGreaterThan(0.1);
    expect(jaws.filter((jaw) => jaw > 0.1).length).toBeGreaterThan(20);
    expect(controller.motionSource).toBe('signal');
    await play(400);
    expect(sources.filter((source, i) => source !== sources[i - 1])).toEqual(['signal', 'none']);
    expect(codes).toEqual([]);
  });

  it('is handed over to motion that comes after all, and back where it ends too soon, without a jump', async () => {
    const id = controller.yieldAudioData(voice(6_000), true)!;
    const jaws = await play(1_000);
    controller.yieldFramesData([motion(50, 100)], id);
    const shown = await play(1_000);
    expect(shown.at(-1)).toBeCloseTo(0.9, 2);
    expect(controller.motionSource).toBe('backend');
    jaws.push(...shown, ...await play(2_500));
    expect(controller.motionSource).toBe('signal');
    expect(sources).toEqual(['signal', 'backend', 'signal']);
    const steps = jaws.slice(1).map((jaw, i) => Math.abs(jaw - jaws[i]!));
    // Eased within 50 ms: three poses, the steepest of them half of the way.
    expect(Math.max(...steps)).toBeLessThan(0.55);
    expect(loads, 'one model for an utterance').toBe(1);
  });

  it('is left to its motion where that is there, and the model is not even loaded', async () => {
    const id = controller.yieldAudioData(voice(2_000), true)!;
    controller.yieldFramesData([motion(0, 99, true)], id);
    await play(2_200);
    expect(loads).toBe(0);
    expect(sources).toEqual(['backend', 'none']);
  });

  it.each([20, 40, 60, 80, 100, 120, 200, 240, 320])('at the pace of speech, in pieces of %i ms, is seen by its motion from the first to the last, and starts soon', async (pieceMs) => {
    for (let utterance = 0; utterance < 3; utterance++) {
      let [handedMs, frames, startedMs] = [0, 0, NaN];
      for (let ms = 0; ms < 2_400; ms += 20) {
        if (ms % pieceMs === 0) {
          handedMs += pieceMs;
          const id = controller.yieldAudioData(voice(pieceMs))!;
          // As the network gives it: in steps of 40 ms, the last of them 20 ms ahead of what it may say.
          const ready = Math.max(0, 2 * Math.floor(handedMs / 40) - 1);
          if (ready > frames) controller.yieldFramesData([motion(frames, ready - frames)], id);
          frames = ready;
        }
        await play(20);
        if (controller.getAudioTime() > 0 && Number.isNaN(startedMs)) startedMs = ms;
      }
      expect(sources, `utterance ${utterance + 1}`).not.toContain('signal');
      expect(startedMs).toBeLessThanOrEqual(100);
      controller.interrupt();
    }
    expect(loads).toBe(0);
  });

  it('is sound alone where the model does not load: said once for it, and heard to its end', async () => {
    use(() => Promise.reject(new TypeError('Failed to fetch dynamically imported module')));
    const ended: boolean[] = [];
    controller.onPlaybackFinished = ({ interrupted }) => ended.push(interrupted);
    controller.yieldAudioData(voice(1_000), true);
    const jaws = await play(1_400);
    expect(Math.max(...jaws)).toBe(0);
    expect(codes).toEqual(['animationPlayerNotInitialized']);
    expect(sources).toEqual([]);
    expect(ended).toEqual([false]);
  });

  it('waits in strictSync for motion that may still come, and stands in for motion that will not', async () => {
    controller.frameStarvationMode = 'strictSync';
    const id = controller.yieldAudioData(voice(1_000), true)!;
    await play(1_000);
    expect([controller.getAudioTime(), loads]).toEqual([0, 0]);
    controller.yieldFramesData([encodeEnvelope('serverResponseAnimation', { connectionId: 'x', reqId: 'r', end: true })], id);
    expect(Math.max(...await play(800))).toBeGreaterThan(0.1);
  });
});
