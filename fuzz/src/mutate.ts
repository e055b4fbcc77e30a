import type { Random } from '@visavis/face';
import { mutateProtobuf } from './mutate-protobuf.js';
import type { Target } from './target.js';

/** Numbers at which parsers break: ends of ranges, lengths of lacing, signs. */
const ODD_NUMBERS = [0, 1, 2, 7, 16, 27, 31, 63, 64, 127, 128, 129, 253, 254, 255, 256, 510, 32_767, 32_768, 65_535, 65_536, 0x7fffffff, 0x80000000, 0xffffffff];
const WIDTHS = [1, 2, 4] as const;

type Mutator = (input: Uint8Array, random: Random, target: Target, other: Uint8Array) => Uint8Array;

const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)]!;
/** Small far more often than large. */
const smallSize = (random: Random, limit: number): number => Math.min(limit, 1 + Math.floor(2 ** (random() * Math.log2(Math.max(2, limit)))) - 1 || 1);

function replace(input: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const out = new Uint8Array(input.length - removed + inserted.length);
  out.set(input.subarray(0, at));
  out.set(inserted, at);
  out.set(input.subarray(at + removed), at + inserted.length);
  return out;
}

const MUTATORS: readonly Mutator[] = [
  function flipBit(input, random) {
    const out = Uint8Array.from(input);
    if (out.length > 0) out[below(random, out.length)]! ^= 1 << below(random, 8);
    return out;
  },
  function setByte(input, random) {
    const out = Uint8Array.from(input);
    if (out.length > 0) out[below(random, out.length)] = below(random, 256);
    return out;
  },
  function addToByte(input, random) {
    const out = Uint8Array.from(input);
    if (out.length > 0) out[below(random, out.length)]! += below(random, 33) - 16;
    return out;
  },
  function oddNumber(input, random) {
    const width = pick(random, WIDTHS);
    if (input.length < width) return input;
    const out = Buffer.from(input);
    const value = (pick(random, ODD_NUMBERS) & (2 ** (8 * width) - 1)) >>> 0;
    const at = below(random, out.length - width + 1);
    if (random() < 0.5) out.writeUIntLE(value % 2 ** (8 * width), at, width);
    else out.writeUIntBE(value % 2 ** (8 * width), at, width);
    return out;
  },
  function remove(input, random) {
    if (input.length === 0) return input;
    const size = smallSize(random, input.length);
    return replace(input, below(random, input.length - size + 1), size, new Uint8Array(0));
  },
  function truncate(input, random) {
    return input.subarray(0, below(random, input.length + 1));
  },
  function insertBytes(input, random) {
    const value = below(random, 256);
    const same = random() < 0.5;
    const inserted = Uint8Array.from({ length: smallSize(random, 256) }, () => (same ? value : below(random, 256)));
    return replace(input, below(random, input.length + 1), 0, inserted);
  },
  function copyWithin(input, random) {
    if (input.length === 0) return input;
    const size = smallSize(random, input.length);
    const from = below(random, input.length - size + 1);
    const piece = input.subarray(from, from + size);
    if (random() < 0.5) return replace(input, below(random, input.length + 1), 0, piece);
    const out = Uint8Array.from(input);
    out.set(piece, below(random, input.length - size + 1));
    return out;
  },
  function insertWord(input, random, { dictionary = [] }) {
    if (dictionary.length === 0) return input;
    const word = pick(random, dictionary);
    const over = random() < 0.5 ? Math.min(word.length, input.length) : 0;
    return replace(input, below(random, input.length - over + 1), over, word);
  },
  function splice(input, random, _, other) {
    const from = below(random, other.length + 1);
    const piece = other.subarray(from, from + below(random, other.length - from + 1));
    const at = below(random, input.length + 1);
    return replace(input, at, below(random, input.length - at + 1), piece);
  },
];

/** A changed copy of `input`, at most `maxBytes` long: one to eight changes, few more often than many. */
export function mutate(input: Uint8Array, random: Random, target: Target, other: Uint8Array): Uint8Array {
  let out = input;
  for (let left = 1 + Math.floor(random() ** 2 * 8); left > 0; left--) {
    const asMessage = target.protobufAt !== undefined && random() < 0.4;
    out = asMessage ? mutateProtobuf(out, target.protobufAt, random, other) : pick(random, MUTATORS)(out, random, target, other);
  }
  return out.subarray(0, target.maxBytes);
}
