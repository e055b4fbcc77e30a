import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, range, startServer } from '../test/client.js';
import { decodePackets } from '../test/opus-decoder.js';
import { speechBytes, syntheticSpeech } from '../test/speech.js';
import type { MotionServer } from './index.js';

let server: MotionServer;
beforeAll(async () => { server = await startServer(); });
afterAll(() => server.close());

async function answerTo(audio: Uint8Array, sampleRate: number, capabilities = 'audio') {
  const client = await connect(server, { sampleRate, capabilities });
  client.audio('20250101120000_AbCdEfGhIjKl', audio, true);
  await client.ended('20250101120000_AbCdEfGhIjKl');
  client.socket.close();
  await client.closed;
  return { replies: client.replies('20250101120000_AbCdEfGhIjKl'), messages: client.received.slice(1) };
}

describe('encoded audio', () => {
  it('comes in messages of its own, before the motion that covers the same time', async () => {
    const { replies } = await answerTo(speechBytes(5000), 16_000);
    let audioMs = 0;
    for (const { audio, motion, end } of replies) {
      expect(audio !== undefined && (motion !== undefined || end)).toBe(false);
      if (audio) audioMs += audio.packets.length * audio.packetMs;
      if (motion) expect(((motion.firstFrame + motion.frameCount) * 1000) / motion.fps - 34).toBeLessThanOrEqual(audioMs);
    }
    const audio = replies.flatMap((reply) => reply.audio ?? []);
    expect(audio.map(({ last }) => last)).toEqual([...audio.slice(1).map(() => false), true]);
    expect(audio.at(-1)?.totalSamples).toBe(240_000);
    expect(replies.findIndex((reply) => reply.audio?.last)).toBeLessThan(replies.findIndex((reply) => reply.end));
  });

  it('says where its packets lie, and decodes to what was said', async () => {
    const samples = syntheticSpeech(3000);
    const { replies } = await answerTo(speechBytes(3000), 16_000);
    const audio = replies.flatMap((reply) => reply.audio ?? []);
    let packets = 0;
    for (const { firstSample, packets: own, preSkip, sampleRate } of audio) {
      expect({ firstSample, preSkip, sampleRate }).toEqual({ firstSample: Math.max(0, packets * 960 - 312), preSkip: 312, sampleRate: 16_000 });
      packets += own.length;
    }
    const heard = decodePackets(audio.flatMap((part) => part.packets)).subarray(312);
    const said = Float32Array.from({ length: samples.length }, (_, i) => samples[i]! / 32_768);
    expect(correlation(said, Float32Array.from({ length: said.length }, (_, i) => heard[i * 3]!))).toBeGreaterThan(0.9);
  });

  it('of one request owes nothing to the one before', async () => {
    const client = await connect(server, { capabilities: 'audio' });
    for (const id of ['a', 'b']) client.audio(id, speechBytes(777), true);
    await client.ended('b');
    const packets = (id: string) => client.replies(id).flatMap(({ audio }) => audio?.packets.map((packet) => [...packet]) ?? []);
    expect(packets('b')).toEqual(packets('a'));
  });

  it('of an empty request is one last message without packets', async () => {
    const { replies } = await answerTo(new Uint8Array(0), 48_000);
    expect(replies).toHaveLength(2);
    expect(replies[0]?.audio).toMatchObject({ packets: [], last: true, totalSamples: 0 });
    expect(replies[1]).toMatchObject({ end: true });
  });

  it('is absent where it was not asked for', async () => {
    const { replies } = await answerTo(speechBytes(500), 16_000, '');
    expect(replies.every((reply) => reply.audio === undefined)).toBe(true);
  });
});

/** Real speech where it is at hand: 16-bit mono wav. */
const WAV = fileURLToPath(new URL('../../../../shared/data/facegood/2_01.wav', import.meta.url));
const SPEECH: readonly [string, () => { bytes: Uint8Array; sampleRate: number }, boolean][] = [
  ['synthetic speech', () => ({ bytes: speechBytes(20_000), sampleRate: 16_000 }), false],
  ['real speech (skipped where ../shared is absent)', () => readWav(WAV), !existsSync(WAV)],
];

describe('bytes a second, whole envelopes, faster than real time', () => {
  for (const [name, load, absent] of SPEECH) {
    it.skipIf(absent)(`of ${name}: motion <= 0.8 KB, with audio <= 4 KB`, async () => {
      const { bytes, sampleRate } = load();
      const { messages } = await answerTo(bytes, sampleRate);
      const sum = (audio: boolean) => messages.filter(({ envelope }) => envelope.case === 'serverResponseAnimation' && !envelope.value.audio !== audio).reduce((total, message) => total + message.bytes, 0);
      const seconds = bytes.length / 2 / sampleRate;
      const rates = { motion: sum(false) / seconds, audio: sum(true) / seconds };
      if (process.env['SHOW_FIGURES']) process.stdout.write(`${name}: ${JSON.stringify({ seconds, ...rates })}\n`);
      expect(rates.motion).toBeLessThanOrEqual(800);
      expect(rates.motion + rates.audio).toBeLessThanOrEqual(4000);
    });
  }
});

function correlation(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => range(x.length).reduce((sum, i) => sum + x[i]! * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The samples of a 16-bit mono wav file. */
function readWav(path: string): { bytes: Uint8Array; sampleRate: number } {
  const file = readFileSync(path);
  let at = 12;
  while (file.toString('latin1', at, at + 4) !== 'data') at += 8 + file.readUInt32LE(at + 4);
  return { bytes: file.subarray(at + 8, at + 8 + file.readUInt32LE(at + 4)), sampleRate: file.readUInt32LE(24) };
}
