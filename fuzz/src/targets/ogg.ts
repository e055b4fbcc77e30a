import { oggOpus, opusHead, OPUS_TAGS, page } from '../../../packages/motion-server/test/ogg-writer.js';
import { OggOpusDecoder } from '../../../packages/motion-server/src/ogg-opus.js';
import { nativeOpus, type OpusDecoder } from '../../../packages/motion-server/src/opus.js';
import { cutByInput, withBorders } from '../borders.js';
import { check, text, type Target } from '../target.js';
import { sameOutcome, streamed } from './outcome.js';

const RATE = 16_000;
const DICTIONARY = ['OggS', 'OggS\0\x02', 'OggS\0\x01', 'OggS\0\x04', 'OpusHead', 'OpusTags', '\xff\xff\xff\xff\xff\xff\xff\xff'].map(text);

function oggTarget(name: string, files: readonly string[], maxBytes: number, createDecoder: () => OpusDecoder, seeds: () => Uint8Array[]): Target {
  const decode = (chunks: readonly Uint8Array[]) => {
    const decoder = new OggOpusDecoder(createDecoder(), RATE);
    const outcome = streamed(chunks, (chunk) => decoder.push(chunk), ['invalidRequest']);
    decoder.close();
    return outcome;
  };
  return {
    name, files, maxBytes, seeds, dictionary: DICTIONARY,
    run(input) {
      const { whole, chunks } = cutByInput(input);
      const outcome = decode([whole]);
      check(sameOutcome(decode(chunks), outcome), 'a stream is the same however it is cut');
      if (typeof outcome !== 'string') check(outcome.every((sample) => sample >= -1 && sample <= 1), 'samples are in -1..1');
    },
  };
}

/** Twenty samples for each byte, and no packet that begins with 0xff: what surrounds the decoder, without its cost. */
const toyDecoder: OpusDecoder = {
  decode(packet) {
    if (packet[0] === 0xff) throw new Error('damaged');
    return Float32Array.from({ length: Math.min(packet.length * 20, 5760) }, (_, i) => packet[i % packet.length]! / 256);
  },
  dispose: () => undefined,
};

const head = page([opusHead()], { flags: 2 });
const tags = page([OPUS_TAGS]);
const packet = Uint8Array.of(8, 1, 2, 3, 4, 5);

function structuralSeeds(): Uint8Array[] {
  const long = Buffer.concat([head, ...Array<Buffer>(2).fill(page([Buffer.alloc(255 * 255)], { flags: 1, lacing: Array<number>(255).fill(255) }))]);
  return [
    withBorders(Buffer.concat([head, tags, page([packet, packet], { flags: 4, granule: 600 })])),
    withBorders(Buffer.concat([head, tags, page([packet], { granule: -1 }), page([packet], { flags: 4, granule: 312 })]), [1, 2, 3, 30]),
    withBorders(Buffer.concat([page([opusHead(), OPUS_TAGS, packet], { flags: 2 }), page([packet, new Uint8Array(0)], { flags: 4, granule: 9_000_000 })]), [7, 0, 9, 40]),
    withBorders(Buffer.concat([head, page([Buffer.concat([OPUS_TAGS, Buffer.alloc(494)])], { lacing: [255, 255] }), page([Buffer.alloc(5), packet], { flags: 1 })]), [5, 5, 5, 5]),
    withBorders(Buffer.concat([head, tags, page([packet], { flags: 4, granule: 1 }), head, tags, page([packet])])),
    withBorders(long),
  ];
}

function speechSeeds(): Uint8Array[] {
  const tone = Float32Array.from({ length: 2000 }, (_, i) => 0.3 * Math.sin(i / 5));
  return [
    withBorders(oggOpus(tone, RATE)),
    withBorders(oggOpus(tone.subarray(0, 700), RATE, { onePage: true, emptyEvery: 2 }), [3, 60, 9, 1]),
    withBorders(oggOpus(tone.subarray(0, 400), RATE, { preSkip: 900, endGranule: 700 })),
  ];
}

const READER = ['motion-server/src/ogg.', 'motion-server/src/ogg-opus.'];

/** Ogg Opus from backends, cut anywhere, with a toy in place of the Opus decoder. */
export const ogg = oggTarget('ogg', READER, 140_000, () => toyDecoder, structuralSeeds);
/** The same with the decoder that is used. */
export const oggOpusNative = oggTarget('ogg-opus', READER, 4096, () => nativeOpus().createDecoder(RATE), speechSeeds);
