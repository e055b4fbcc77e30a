import { CHANNEL, createPose, MASK, seededRandom } from '@visavis/face';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CreateOpusDecoder } from '../audio/index.js';
import { ManualOutput, ManualTimer, MemoryTransport } from '../test/index.js';
import { AvatarController } from './avatar-controller.js';

let output: ManualOutput;
let timer: ManualTimer;
let controller: AvatarController;
let stalls: number;
let codes: string[];

/** A packet's samples all say its number. */
const numbered: CreateOpusDecoder = (sink) => Promise.resolve({
  decode: (packet, samples) => sink.onSamples(new Float32Array(samples).fill(packet[1]! / 256)),
  flush: () => Promise.resolve(), close: () => undefined,
});

beforeEach(() => {
  output = new ManualOutput();
  timer = new ManualTimer();
  stalls = 0;
  codes = [];
  controller = new AvatarController({ output, timer, createDecoder: numbered, loadStandIn: () => Promise.resolve(undefined) });
  controller.onPlaybackStall = () => { stalls += 1; };
  controller.onError = ({ code }) => codes.push(code);
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function play(ms: number): Promise<void> {
  for (let done = 0; done < ms; done += 10) {
    timer.advance(10);
    output.stream.play(10);
    controller.poseAt(timer.now());
    await settled();
  }
}

const PIECE_MS = 40;

/** An utterance at the pace of speech, each piece late by up to `jitterMs` and none before the one ahead of it; how long it took to start. */
async function speak(jitterMs: number, random: () => number, ms = 2_000): Promise<number> {
  const startMs = timer.now();
  let startedMs: number | undefined;
  let lastMs = 0;
  const pieces = Array.from({ length: ms / PIECE_MS }, (_, i) => {
    lastMs = Math.max(lastMs, i === 0 ? 0 : i * PIECE_MS + random() * jitterMs);
    return { atMs: lastMs, first: (i * PIECE_MS) / 20, isLast: (i + 1) * PIECE_MS >= ms };
  });
  let id = '';
  while (controller.conversationState !== 'idle' || pieces.length > 0) {
    for (; pieces[0] && pieces[0].atMs <= timer.now() - startMs; pieces.shift()) {
      const { first, isLast } = pieces[0];
      id = controller.yieldAudioData(new Uint8Array(PIECE_MS * 32).fill(1), isLast)!;
      controller.yieldFramesData([motion(first, PIECE_MS / 20, isLast)], id);
    }
    if (controller.conversationState === 'playing') startedMs ??= timer.now() - startMs;
    await play(10);
  }
  return startedMs ?? NaN;
}

function motion(first: number, count: number, end = false): Uint8Array {
  const pose = createPose();
  pose.values[CHANNEL.jawOpen] = 0.5;
  const chunk = encodeMotion({ fps: 50, firstFrame: first, mask: MASK.speech, poses: Array.from({ length: count }, () => pose) });
  return encodeEnvelope('serverResponseAnimation', { connectionId: 'x', reqId: 'r', end, motion: chunk });
}

describe('on a connection that jitters', () => {
  it('stalls of the first utterances teach a wait, and there are none later', async () => {
    const random = seededRandom(3);
    const starts: number[] = [];
    const each: number[] = [];
    for (let i = 0; i < 12; i++) {
      const before = stalls;
      starts.push(await speak(150, random));
      each.push(stalls - before);
    }
    expect(each.slice(0, 5).filter((count) => count > 0).length).toBeGreaterThan(1);
    expect(each.slice(5)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(Math.max(...starts)).toBeLessThanOrEqual(260);
    expect(controller.stats().startDelayMs).toBeGreaterThan(60);
  });

  it('the time until sound is heard is motion’s: its lateness teaches that much less', async () => {
    const learnedWith = async (latencyMs: number): Promise<number> => {
      await controller.connect(new MemoryTransport());
      const id = controller.yieldAudioData(new Uint8Array(32 * 400))!;
      output.stream.latencyMs = latencyMs;
      controller.yieldFramesData([motion(0, 10)], id);
      await play(280);
      controller.yieldFramesData([motion(10, 10, true)], id);
      controller.interrupt();
      return controller.stats().startDelayMs;
    };
    expect(await learnedWith(0)).toBe(50);
    expect(await learnedWith(40)).toBe(30);
    expect(await learnedWith(200)).toBe(0);
  });

  it('what was learned is the connection’s: another begins anew', async () => {
    const random = seededRandom(3);
    for (let i = 0; i < 3; i++) await speak(150, random);
    expect(controller.stats().startDelayMs).toBeGreaterThan(60);
    await controller.connect(new MemoryTransport());
    expect(controller.stats().startDelayMs).toBe(0);
  });

  it('speech that comes at once starts at once, whatever was learned', async () => {
    const random = seededRandom(3);
    for (let i = 0; i < 4; i++) await speak(150, random);
    const id = controller.yieldAudioData(new Uint8Array(32 * 600));
    controller.yieldFramesData([motion(0, 60)], id!);
    controller.yieldAudioData(new Uint8Array(32 * 600));
    expect(controller.conversationState).toBe('playing');
  });

  it('goes on after a first stall with what it would have taken, no more than 240 ms, and with a piece more after the next', async () => {
    controller.yieldAudioData(new Uint8Array(32 * 200));
    await play(600);
    expect([stalls, output.stream.isStarved]).toEqual([1, true]);
    controller.yieldAudioData(new Uint8Array(32 * 100));
    await play(50);
    expect([output.stream.refillMs, output.stream.isStarved]).toEqual([60, false]);
    await play(400);
    controller.yieldAudioData(new Uint8Array(32 * 100));
    await play(50);
    expect(output.stream.refillMs).toBeLessThanOrEqual(240 + 200);
    expect(output.stream.refillMs).toBeGreaterThan(100 + 200);
    controller.yieldAudioData(new Uint8Array(32 * 900));
    await play(1_500);
    controller.yieldAudioData(new Uint8Array(32 * 900));
    await play(50);
    expect([output.stream.refillMs, output.stream.isStarved], 'bounded').toEqual([1_000, true]);
  });
});

describe('Opus over a carrier that loses, repeats and reorders', () => {
  const envelope = (first: number, count: number, last = false): Uint8Array => encodeEnvelope('serverResponseAnimation', {
    connectionId: 'c', reqId: 'r',
    audio: {
      sampleRate: 48_000, packetMs: 20, firstSample: first * 960, preSkip: 0, last, totalSamples: last ? (first + count) * 960 : 0,
      packets: Array.from({ length: count }, (_, i) => Uint8Array.of(31 << 3, first + i)),
    },
  });

  /** The numbers heard, once each. */
  const heard = (): number[] => output.stream.samples.filter((_, i) => i % 960 === 480).map((sample) => Math.round(sample * 256));
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

  it('is heard in order, also where the end overtakes', async () => {
    controller.yieldAudioData(envelope(1, 9));
    const id = controller.yieldAudioData(envelope(0, 1));
    expect(id).not.toBeNull();
    await play(100);
    const transport = new MemoryTransport();
    await controller.connect(transport);
    const hand = (bytes: Uint8Array, end = false): void => transport.receive('audio', { epoch: 0, reqId: 'r', payload: { case: 'envelope', value: bytes }, end });
    for (const [first, count, last] of [[5, 5, false], [0, 5, false], [20, 5, true], [15, 5, false], [5, 5, false], [10, 5, false]] as const) hand(envelope(first, count, last), last);
    await play(900);
    expect(heard()).toEqual(range(0, 25));
    expect(codes).toEqual([]);
  });

  it('leaves silence for what does not come in time, and says when something comes after the end', async () => {
    const transport = new MemoryTransport();
    await controller.connect(transport);
    const hand = (bytes: Uint8Array, end = false): void => transport.receive('audio', { epoch: 0, reqId: 'r', payload: { case: 'envelope', value: bytes }, end });
    hand(envelope(0, 10));
    hand(envelope(15, 10, true), true);
    await play(250);
    hand(envelope(10, 5));
    await play(100);
    expect(heard()).toEqual([...range(0, 10), 0, 0, 0, 0, 0, ...range(15, 25)]);
    hand(envelope(25, 5));
    expect(codes).toEqual(['invalidAudioInput']);
  });
});
