import { CHANNEL, createPose, MASK } from '@visavis/face';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';
import { beforeEach, describe, expect, it } from 'vitest';
import { createWasmDecoder, type AudioForm } from '../audio/index.js';
import { ManualOutput, ManualTimer, MemoryTransport } from '../test/index.js';
import { AvatarController } from './avatar-controller.js';

const pose = createPose();
pose.values[CHANNEL.jawOpen] = 0.5;

const chunk = (first: number, count: number) => encodeMotion({ fps: 50, firstFrame: first, mask: MASK.speech, poses: Array.from({ length: count }, () => pose) });
type Body = Parameters<typeof encodeEnvelope<'serverResponseAnimation'>>[1];
const envelope = (body: Body): Uint8Array => encodeEnvelope('serverResponseAnimation', { connectionId: 'x', reqId: 'r', ...body });
const motion = (first: number, count: number, end = false): Uint8Array => envelope({ motion: chunk(first, count), end });
const opus = (packets: Uint8Array[], firstSample: number, last = false): Uint8Array => envelope({
  audio: { sampleRate: 48_000, packetMs: 20, firstSample, preSkip: 312, packets, last, totalSamples: last ? firstSample + packets.length * 960 : 0 },
});
const pcm = (ms: number): Uint8Array => new Uint8Array(ms * 32);

let output: ManualOutput;
let timer: ManualTimer;
let controller: AvatarController;
let transport: MemoryTransport;
let codes: string[];

beforeEach(() => use());

async function use(audioFormat: AudioForm = { sampleRate: 16_000, inputAudioFormat: 'pcm' }): Promise<void> {
  output = new ManualOutput();
  timer = new ManualTimer();
  codes = [];
  controller = new AvatarController({ output, timer, audioFormat, createDecoder: createWasmDecoder });
  controller.onError = ({ code }) => codes.push(code);
  transport = new MemoryTransport();
  await controller.connect(transport);
}

/** An utterance is heard and seen. */
function expectSpeech(): void {
  const { length } = codes;
  transport.receive('audio', { epoch: 0, reqId: 'next', payload: { case: 'pcm', value: pcm(400) }, end: true, sampleRate: 16_000 });
  transport.receive('motion', { epoch: 0, reqId: 'next', envelope: motion(0, 20, true), end: true });
  let widest = 0;
  for (let i = 0; i < 15; i++) {
    timer.advance(20);
    output.stream.play(20);
    widest = Math.max(widest, controller.poseAt(timer.now()).values[CHANNEL.jawOpen]!);
  }
  expect(widest).toBeCloseTo(0.5, 2);
  expect(codes).toHaveLength(length);
}

const say = (value: Uint8Array, end = false, sampleRate = 16_000): void => transport.receive('audio', { epoch: 0, reqId: 'r', payload: { case: 'pcm', value }, end, sampleRate });
const sayEnvelope = (value: Uint8Array, end = false): void => transport.receive('audio', { epoch: 0, reqId: 'r', payload: { case: 'envelope', value }, end });
const show = (bytes: Uint8Array): void => transport.receive('motion', { epoch: 0, reqId: 'r', envelope: bytes, end: false });

describe('what is wrong is told with a code, and the next utterance is heard and seen', () => {
  const good = motion(0, 20);
  const flipped = good.map((byte, i) => (i === good.length - 4 ? byte ^ 0xff : byte));
  it.each<[string, string, () => void]>([
    ['frames that are cut off', 'invalidAnimationData', () => show(good.subarray(0, good.length - 5))],
    ['frames that are noise', 'invalidAnimationData', () => show(Uint8Array.from({ length: 300 }, (_, i) => (i * 97) & 0xff))],
    ['frames of a layout to come', 'invalidAnimationData', () => show(envelope({ motion: { ...chunk(0, 5), schema: 99 } }))],
    ['more frames than a chunk may hold', 'invalidAnimationData', () => show(envelope({ motion: { ...chunk(0, 5), frameCount: 100_000 } }))],
    ['frames of another maker', 'invalidAnimationData', () => show(envelope({}))],
    ['an envelope of another kind', 'invalidAnimationData', () => show(encodeEnvelope('clientInterrupt', { reqId: 'r' }))],
    ['audio of no rate', 'invalidAudioInput', () => say(pcm(100), false, 1)],
    ['audio of another rate in mid-utterance', 'invalidAudioInput', () => { say(pcm(100)); say(pcm(100), false, 24_000); }],
    ['audio of another kind in mid-utterance', 'invalidAudioInput', () => { say(pcm(100)); sayEnvelope(opus([Uint8Array.of(31 << 3, 1)], 0)); }],
    ['audio after the end', 'invalidAudioInput', () => { say(pcm(100), true); say(pcm(100)); }],
    ['an envelope of audio that is cut off', 'invalidAnimationData', () => sayEnvelope(opus([Uint8Array.of(31 << 3, 1)], 0).subarray(0, 9))],
    ['a packet of no length', 'invalidAudioInput', () => sayEnvelope(envelope({ audio: { sampleRate: 48_000, packetMs: 0, firstSample: 0, preSkip: 0, packets: [new Uint8Array(0)], last: false, totalSamples: 0 } }))],
    ['a hole of a minute', 'invalidAudioInput', () => { sayEnvelope(opus([Uint8Array.of(31 << 3, 1)], 0)); sayEnvelope(opus([Uint8Array.of(31 << 3, 1)], 48_000 * 60)); }],
  ])('%s: %s', (_, code, doIt) => {
    if (code === 'invalidAnimationData') say(pcm(100));
    doIt();
    expect(codes).toEqual([code]);
    expectSpeech();
  });

  it('a damaged byte: a code or another pose, nothing worse', () => {
    say(pcm(100));
    show(flipped);
    expect(codes.every((code) => code === 'invalidAnimationData')).toBe(true);
    expectSpeech();
  });

  it('motion that its end has overtaken is shown all the same', () => {
    say(pcm(400), true);
    show(motion(0, 10, true));
    show(motion(10, 10));
    for (let i = 0; i < 15; i++) {
      timer.advance(20);
      output.stream.play(20);
      controller.poseAt(timer.now());
    }
    expect(controller.poseAt(timer.now()).values[CHANNEL.jawOpen]).toBeCloseTo(0.5, 2);
    expect(codes).toEqual([]);
  });

  it('packets that do not decode: silence of their length', async () => {
    sayEnvelope(opus(Array.from({ length: 10 }, (_, i) => Uint8Array.of((31 << 3) | 3, 0x3f, i)), 0, true), true);
    for (let i = 0; codes.length === 0 && i < 200; i++) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(new Set(codes)).toEqual(new Set(['invalidAudioInput']));
    expectSpeech();
  });

  it('a configured rate that no resampler knows', async () => {
    await use({ sampleRate: 12_347, inputAudioFormat: 'pcm' });
    controller.yieldAudioData(pcm(100));
    expect(codes).toEqual(['invalidAudioInput']);
    expectSpeech();
  });

  it('motion without audio is never shown, and motion of no conversation is dropped', () => {
    show(good);
    expect(controller.yieldFramesData([good], 'nobody')).toBe(false);
    for (let i = 0; i < 50; i++) {
      timer.advance(20);
      expect(controller.poseAt(timer.now()).values[CHANNEL.jawOpen]).toBeLessThan(0.05);
    }
    expect(codes).toEqual([]);
    expectSpeech();
  });
});
