import { SpeechEncoder } from '../src/speech-encoder.js';
import { nativeOpus } from '../src/opus.js';

export interface PageOptions {
  readonly flags?: number;
  readonly granule?: number;
  /** Lacing values, where they are not what the packets need. */
  readonly lacing?: readonly number[];
}

/** One Ogg page with whole packets; the checksum is left zero. */
export function page(packets: readonly Uint8Array[], { flags = 0, granule = 0, lacing }: PageOptions = {}): Buffer {
  const table = lacing ?? packets.flatMap(({ length }) => [...Array<number>(Math.floor(length / 255)).fill(255), length % 255]);
  const head = Buffer.alloc(27);
  head.write('OggS', 0, 'latin1');
  head[5] = flags;
  head.writeBigInt64LE(BigInt(granule), 6);
  head.writeUInt32LE(7, 14);
  head[26] = table.length;
  return Buffer.concat([head, Buffer.from(table), ...packets]);
}

export function opusHead({ preSkip = 312, channels = 1, version = 1, family = 0 } = {}): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head[8] = version;
  head[9] = channels;
  head.writeUInt16LE(preSkip, 10);
  head.writeUInt32LE(48_000, 12);
  head[18] = family;
  return head;
}

export const OPUS_TAGS = Buffer.concat([Buffer.from('OpusTags'), Buffer.alloc(8)]);

export interface StreamOptions {
  readonly preSkip?: number;
  /** Where the last page says the stream ends; absent: at the true length. */
  readonly endGranule?: number;
  /** An empty packet after every so many. */
  readonly emptyEvery?: number;
  /** Headers and the first audio on one page. */
  readonly onePage?: boolean;
}

/** Samples in [-1, 1] as Opus packets. */
export function opusPackets(samples: Float32Array, rate: number): { packets: Uint8Array[]; total: number } {
  const encoder = new SpeechEncoder(rate, nativeOpus());
  const packets = [...encoder.push(samples), ...encoder.flush()];
  return { packets, total: encoder.totalSamples };
}

/** A whole Ogg Opus stream, one packet a page. */
export function oggOpus(samples: Float32Array, rate: number, options: StreamOptions = {}): Buffer {
  const { preSkip = 312, emptyEvery = 0, onePage = false } = options;
  const { packets, total } = opusPackets(samples, rate);
  const head = opusHead({ preSkip });
  const start = onePage ? [page([head, OPUS_TAGS, ...packets.splice(0, 1)], { flags: 2 })] : [page([head], { flags: 2 }), page([OPUS_TAGS])];
  const body = packets.map((packet, i) => {
    const last = i === packets.length - 1;
    const own = emptyEvery > 0 && i % emptyEvery === 0 ? [packet, new Uint8Array(0)] : [packet];
    return page(own, { flags: last ? 4 : 0, granule: last ? (options.endGranule ?? total + preSkip) : (i + 1) * 960 });
  });
  return Buffer.concat([...start, ...body]);
}
