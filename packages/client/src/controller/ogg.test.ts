import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { encodeOpus, PRE_SKIP, speechLike } from '../../test/engine/opus-fixture.js';
import { createWasmDecoder } from '../audio/index.js';
import { ManualOutput, ManualTimer } from '../test/index.js';
import { AvatarController } from './avatar-controller.js';

const SAMPLES = 48 * 400;
const samples = speechLike(400);
const packets = encodeOpus(samples);

/** One page of whole packets; the checksum is left zero. */
function page(data: readonly Uint8Array[], flags = 0, granule = 0n): Uint8Array {
  const lacing = data.flatMap(({ length }) => [...Array<number>(Math.floor(length / 255)).fill(255), length % 255]);
  const head = new DataView(new ArrayBuffer(27));
  [...'OggS'].forEach((letter, i) => head.setUint8(i, letter.charCodeAt(0)));
  head.setUint8(5, flags);
  head.setBigInt64(6, granule, true);
  head.setUint8(26, lacing.length);
  return Uint8Array.from([...new Uint8Array(head.buffer), ...lacing, ...data.flatMap((part) => [...part])]);
}

const text = (letters: string): number[] => [...letters].map((letter) => letter.charCodeAt(0));
const head = Uint8Array.from([...text('OpusHead'), 1, 1, PRE_SKIP & 255, PRE_SKIP >> 8, 0x80, 0xbb, 0, 0, 0, 0, 0]);
const tags = Uint8Array.from([...text('OpusTags'), 0, 0, 0, 0, 0, 0, 0, 0]);
const stream = Uint8Array.from([
  page([head], 2), page([tags]),
  ...packets.map((packet, i) => (i + 1 < packets.length ? page([packet], 0, BigInt((i + 1) * 960)) : page([packet, new Uint8Array(0)], 4, BigInt(SAMPLES + PRE_SKIP)))),
].flatMap((bytes) => [...bytes]));

/** What is heard of `pieces`, each yielded on its own. */
async function heard(pieces: readonly Uint8Array[]): Promise<{ samples: number[]; codes: string[] }> {
  const output = new ManualOutput();
  const timer = new ManualTimer();
  const controller = new AvatarController({ output, timer, audioFormat: { sampleRate: 48_000, inputAudioFormat: 'opus' }, createDecoder: createWasmDecoder });
  const codes: string[] = [];
  controller.onError = ({ code }) => codes.push(code);
  const finished = new Promise<void>((resolve) => { controller.onPlaybackFinished = () => resolve(); });
  for (const piece of pieces) controller.yieldAudioData(piece);
  controller.yieldAudioData(new Uint8Array(0), true);
  let isOver = false;
  void finished.then(() => { isOver = true; });
  while (!isOver) {
    timer.advance(20);
    output.stream.play(20);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { samples: output.stream.samples, codes };
}

describe('Ogg Opus', () => {
  it('is heard in place and exactly as long, and as its bare packets are', async () => {
    const { samples: ogg, codes } = await heard([stream]);
    const { samples: bare } = await heard(packets);
    expect(codes).toEqual([]);
    expect(ogg).toHaveLength(SAMPLES);
    expect(ogg).toEqual(bare.slice(PRE_SKIP, PRE_SKIP + SAMPLES));
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
    expect(dot(ogg, samples) / Math.sqrt(dot(ogg, ogg) * dot(samples, samples))).toBeGreaterThan(0.9);
  });

  it('is the same however it is cut', async () => {
    const { samples: whole } = await heard([stream]);
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 30 }), async (cuts) => {
      const places = [0, ...[...cuts].sort((a, b) => a - b), stream.length];
      const { samples: cut } = await heard(places.slice(1).map((to, i) => stream.slice(places[i], to)).filter(({ length }) => length > 0));
      expect(cut).toEqual(whole);
    }), { numRuns: 20 });
  });

  it('whose reader does not load is told once, ends its utterance, and can be tried again', async () => {
    vi.doMock('@visavis/protocol/ogg', () => { throw new TypeError('Failed to fetch dynamically imported module'); });
    const broken = await heard([stream.slice(0, 500), stream.slice(500)]);
    vi.doUnmock('@visavis/protocol/ogg');
    expect(broken).toEqual({ samples: [], codes: ['playbackInitFailed'] });
    expect((await heard([stream])).samples).toHaveLength(SAMPLES);
  });
});
