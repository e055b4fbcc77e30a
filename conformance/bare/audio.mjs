/** Audio to send: a voice-like hum, and Ogg Opus streams of silence as the encoders of this field make them. */
import { fields } from './wire.mjs';

/** PCM s16le, mono. */
export function hum(ms, rate = 16_000) {
  const count = Math.round((ms * rate) / 1000);
  const bytes = Buffer.alloc(count * 2);
  for (let i = 0; i < count; i++) {
    const t = (2 * Math.PI * i) / rate;
    const syllable = Math.max(0, Math.sin(4 * t));
    bytes.writeInt16LE(Math.round(4000 * syllable * [1, 2, 3, 4, 5].reduce((sum, k) => sum + Math.sin(130 * k * t) / k, 0)), i * 2);
  }
  return bytes;
}

/** How many frames cover so much PCM. */
export const framesOf = (bytes, rate = 16_000, fps = 30) => Math.max(0, Math.ceil(((bytes.length >> 1) * fps) / rate - 1e-9));

/** RequestOptions with a resume point. */
export const resumeAt = (startMs, warmupMs) => [[100, fields([3, startMs], [4, warmupMs])]];

/** RequestOptions that tell of one phoneme when it is heard. */
export const tells = (text, startMs, endMs) => [[100, fields([6, fields([1, text], [2, startMs], [3, endMs])])]];

/** 20 ms of silence: Opus, fullband, mono. */
const SILENCE = Buffer.from([0xf8, 0xff, 0xfe]);
const PACKET_SAMPLES = 960;
const PRE_SKIP = 312;

const CRC_TABLE = Array.from({ length: 256 }, (_, i) => {
  let rest = i << 24;
  for (let bit = 0; bit < 8; bit++) rest = rest & 0x80000000 ? (rest << 1) ^ 0x04c11db7 : rest << 1;
  return rest >>> 0;
});

function page(serial, sequence, { granule = 0, flags = 0, packets }) {
  const lacing = packets.flatMap(({ length }) => [...Array(Math.floor(length / 255)).fill(255), length % 255]);
  const head = Buffer.alloc(27);
  head.write('OggS');
  head[5] = flags;
  head.writeBigInt64LE(BigInt(granule), 6);
  head.writeUInt32LE(serial, 14);
  head.writeUInt32LE(sequence, 18);
  head[26] = lacing.length;
  const bytes = Buffer.concat([head, Buffer.from(lacing), ...packets]);
  bytes.writeUInt32LE(bytes.reduce((crc, byte) => ((crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ byte) & 255]) >>> 0, 0), 22);
  return bytes;
}

/**
 * `ms` of silence as one Ogg Opus stream, a packet a page. The encoders differ: `preSkip`; whether middle granules count it
 * (`countsPreSkip`); whether packets follow until the decoder has given everything (`pads`); `emptyPackets` after each.
 */
export function oggOpus(ms, { rate = 16_000, preSkip = PRE_SKIP, countsPreSkip = false, pads = true, emptyPackets = false } = {}) {
  const head = Buffer.alloc(19);
  head.write('OpusHead');
  head.set([1, 1], 8);
  head.writeUInt16LE(preSkip, 10);
  head.writeUInt32LE(rate, 12);
  const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.from([4, 0, 0, 0]), Buffer.from('bare'), Buffer.alloc(4)]);
  const total = ms * 48;
  const count = Math.ceil((total + (pads ? preSkip : 0)) / PACKET_SAMPLES);
  const packets = emptyPackets ? [SILENCE, Buffer.alloc(0)] : [SILENCE];
  const pages = Array.from({ length: count }, (_, i) => (i + 1 === count
    ? { granule: preSkip + total, flags: 4, packets }
    : { granule: (i + 1) * PACKET_SAMPLES + (countsPreSkip ? preSkip : 0), packets }));
  return Buffer.concat([{ flags: 2, packets: [head] }, { packets: [tags] }, ...pages].map((entry, i) => page(0x5eed, i, entry)));
}
