import { Pcm16Decoder } from '../../../packages/motion/src/index.js';
import { PcmQueue } from '../../../packages/client/src/audio/pcm.js';
import { BORDER_BYTES, cutByInput, withBorders } from '../borders.js';
import { check, type Target } from '../target.js';
import { joined } from './outcome.js';

const RATES = [8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;

/** s16le samples cut anywhere: the server's reading of them, and the client's with its conversion of rates. */
export const pcm: Target = {
  name: 'pcm',
  maxBytes: 4096,
  files: ['motion/src/pcm.', 'client/src/audio/pcm.', 'motion/src/resample/resampler.'],
  seeds: () => [
    withBorders(Uint8Array.of(0, 0, 0xff, 0x7f, 0, 0x80, 1, 0)),
    withBorders(Uint8Array.of(1, ...new Uint8Array(300).map((_, i) => i * 7)), [1, 3, 2, 5]),
    withBorders(Uint8Array.of(6, ...new Uint8Array(1201).map((_, i) => i * 31)), [0, 1, 90, 7]),
  ],
  run(input) {
    const { whole, chunks } = cutByInput(input);
    check(same(decoded([whole]), decoded(chunks)), 'samples are the same however they are cut');
    const fromHz = RATES[(input[BORDER_BYTES] ?? 0) % RATES.length]!;
    check(same(converted([whole], fromHz), converted(chunks, fromHz)), 'converted samples are the same however they are cut');
  },
};

function decoded(chunks: readonly Uint8Array[]): Float32Array {
  const decoder = new Pcm16Decoder();
  return joined(chunks.map((chunk) => decoder.push(chunk)));
}

function converted(chunks: readonly Uint8Array[], fromHz: number): Float32Array {
  const queue = new PcmQueue(fromHz, 48_000);
  const parts: Float32Array[] = [];
  for (const chunk of chunks) {
    queue.push(chunk);
    while (!queue.isEmpty) parts.push(queue.take());
  }
  check(queue.byteLength === 0, 'a queue that is empty holds nothing');
  return joined([...parts, queue.flush()]);
}

const same = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((sample, i) => sample === b[i]);
