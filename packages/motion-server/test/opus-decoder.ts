import { createRequire } from 'node:module';

interface OpusDecoder {
  decode(packet: Uint8Array): Uint8Array;
}
const require = createRequire(import.meta.url);

/** Packets to samples in [-1, 1] at 48 kHz, pre-skip included. */
export function decodePackets(packets: readonly Uint8Array[]): Float32Array {
  const { Decoder } = require('@evan/opus') as { Decoder: new (options: { channels: 1; sample_rate: number }) => OpusDecoder };
  const decoder = new Decoder({ channels: 1, sample_rate: 48_000 });
  const samples: number[] = [];
  for (const packet of packets) {
    const pcm = decoder.decode(packet);
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    for (let at = 0; at < pcm.byteLength; at += 2) samples.push(view.getInt16(at, true) / 32_768);
  }
  return Float32Array.from(samples);
}
