import { MicCodec, type Mic } from '@visavis/protocol/downlink';
import OpusScript from 'opusscript';
import { beforeEach, describe, expect, it } from 'vitest';
import { createPacketDecoder, type CreatePacketDecoder, type PacketDecoder } from '@visavis/protocol/opus';
import { MicrophoneReader } from './reader.js';

let heard: { length: number; isFilled: boolean; first: number }[];
let codes: string[];

beforeEach(() => {
  heard = [];
  codes = [];
});

const readerOf = (create: CreatePacketDecoder): MicrophoneReader => new MicrophoneReader(create, {
  onPcm: ({ pcm, isFilled }) => heard.push({ length: pcm.length, isFilled, first: pcm[0]! }),
  onError: ({ code }) => codes.push(code),
});
const piece = (sequence: number, data: Uint8Array, codec = MicCodec.PCM_S16LE_16K): Mic => ({ sequence, codec, data });
const pcm = (value: number): Uint8Array => new Uint8Array(640).fill(value);
const silent: PacketDecoder = { decode: () => new Float32Array(320), close: () => undefined };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a microphone', () => {
  it('of PCM is passed on, whole samples only, without a decoder', () => {
    const reader = readerOf(() => Promise.reject(new Error('not needed')));
    reader.take(piece(1, pcm(3)));
    reader.take(piece(2, new Uint8Array(641)));
    reader.take(piece(3, new Uint8Array(1)));
    expect(heard).toEqual([{ length: 640, isFilled: false, first: 3 }, { length: 640, isFilled: false, first: 0 }]);
    expect(codes).toEqual([]);
  });

  it('with short gaps is filled with silence, with long ones goes on, and says nothing twice', () => {
    const reader = readerOf(() => Promise.resolve(silent));
    for (const sequence of [0xffff_fffe, 2, 2, 1, 3, 200]) reader.take(piece(sequence, pcm(9)));
    expect(heard.map(({ length, isFilled }) => (isFilled ? -length : length))).toEqual([640, -3 * 640, 640, 640, 640]);
  });

  it('of Opus is decoded to 16 kHz', async () => {
    const encoder = new OpusScript(48_000, 1, OpusScript.Application.VOIP);
    const tone = Buffer.alloc(1_920);
    const samples: number[] = [];
    const reader = new MicrophoneReader(() => createPacketDecoder(16_000), {
      onPcm: ({ pcm: bytes }) => samples.push(...new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)),
      onError: ({ code }) => codes.push(code),
    });
    for (let n = 0; n < 25; n++) {
      for (let i = 0; i < 960; i++) tone.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * 400 * (n * 960 + i)) / 48_000)), i * 2);
      reader.take(piece(n + 1, Uint8Array.from(encoder.encode(tone, 960)), MicCodec.OPUS));
    }
    while (samples.length < 8_000) await settled();
    reader.close();
    encoder.delete();
    const crossings = samples.slice(1_600).filter((sample, i, all) => i > 0 && sample > 0 && all[i - 1]! <= 0).length;
    expect(Math.abs(crossings - 400 * (6_400 / 16_000))).toBeLessThanOrEqual(1);
    expect(codes).toEqual([]);
  });

  it('waits for its decoder within a bound, in order, and outlives damaged packets', async () => {
    let loaded: (decoder: PacketDecoder) => void = () => undefined;
    const reader = readerOf(() => new Promise((resolve) => { loaded = resolve; }));
    for (let n = 1; n <= 300; n++) reader.take(piece(n, Uint8Array.of(n & 0xff), MicCodec.OPUS));
    const order: number[] = [];
    loaded({
      decode: (packet) => {
        order.push(packet[0]!);
        return new Float32Array(packet[0] === 250 || packet[0] === 251 ? 0 : 320);
      },
      close: () => undefined,
    });
    await settled();
    expect(order).toEqual(Array.from({ length: 100 }, (_, i) => (201 + i) & 0xff));
    expect(heard).toHaveLength(98);
    expect(codes).toEqual(['invalidAudioInput']);
  });

  it('frees its decoder, also one that comes too late, and says when none loads', async () => {
    let closed = 0;
    const counted = { ...silent, close: () => { closed += 1; } };
    const [used, late] = [readerOf(() => Promise.resolve(counted)), readerOf(() => Promise.resolve(counted))];
    used.take(piece(1, Uint8Array.of(1), MicCodec.OPUS));
    late.take(piece(1, Uint8Array.of(1), MicCodec.OPUS));
    late.close();
    await settled();
    used.close();
    expect(closed).toBe(2);
    const none = readerOf(() => Promise.reject(new Error('no WebAssembly')));
    none.take(piece(1, Uint8Array.of(1), MicCodec.OPUS));
    await settled();
    expect(codes).toEqual(['invalidAudioInput']);
  });
});
