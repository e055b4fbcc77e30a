import type { BitReader, BitWriter } from './bits.js';
import type { ChannelForm } from './quantise.js';

/** How one channel's levels are written in a chunk: two bits. */
export enum Coding {
  /** At rest throughout; nothing follows. */
  Zero = 0,
  /** First level whole, then differences. */
  Delta = 1,
  /** First level whole, then differences from the line through the last two. */
  Linear = 2,
  /** Differences from the mirror channel's levels at the same times. */
  Mirror = 3,
}

/** Rice parameter that means: every difference is zero, none is written. */
const ALL_ZERO = 15;
const MAX_RICE = 11;
/** Above every code a valid chunk can hold: three times the widest range, zigzagged. */
const MAX_CODE = 0x8000;

/** The codings in which a channel may be written, in the order they are tried: without and with a mirror channel. */
const ALONE = [Coding.Delta, Coding.Linear] as const;
const MIRRORED = [Coding.Delta, Coding.Linear, Coding.Mirror] as const;

/**
 * Writes channels in the cheapest coding. Its arrays are used again and again: a server writes thousands of channels a
 * second, of a frame or two each.
 */
export class LevelWriter {
  /** Codes of the coding that is tried, and of the cheapest so far. */
  #tried: Int32Array;
  #best: Int32Array;

  /** For up to `maxCount` levels of a channel. */
  constructor(maxCount: number) {
    this.#tried = new Int32Array(maxCount);
    this.#best = new Int32Array(maxCount);
  }

  /** `count` levels from `at` on in `levels`; those of the mirror channel begin at `partnerAt`, or it is negative. */
  write(writer: BitWriter, form: ChannelForm, levels: Int32Array, at: number, count: number, partnerAt: number): void {
    if (isRest(levels, at, count)) return writer.write(Coding.Zero, 2);
    let [best, bestBits, bestRice] = [Coding.Delta, Infinity, 0];
    for (const coding of partnerAt < 0 ? ALONE : MIRRORED) {
      const written = encode(this.#tried, coding, levels, at, count, partnerAt);
      const rice = chooseRice(this.#tried, written);
      const bits = (coding === Coding.Mirror ? 0 : form.bits) + riceBits(this.#tried, written, rice);
      if (bits >= bestBits) continue;
      [best, bestBits, bestRice] = [coding, bits, rice];
      [this.#tried, this.#best] = [this.#best, this.#tried];
    }
    writer.write(best, 2);
    if (best !== Coding.Mirror) writer.write(levels[at]! - form.min, form.bits);
    writer.write(bestRice, 4);
    if (bestRice === ALL_ZERO) return;
    for (let i = 0; i < codeCount(best, count); i++) writer.writeRice(this.#best[i]!, bestRice);
  }
}

function isRest(levels: Int32Array, at: number, count: number): boolean {
  for (let i = at; i < at + count; i++) if (levels[i] !== 0) return false;
  return true;
}

/** The first level is written whole, except beside a mirror channel. */
function codeCount(coding: Coding, count: number): number {
  return coding === Coding.Mirror ? count : count - 1;
}

/** Writes the codes of a channel's levels to `codes`; returns how many they are. */
function encode(codes: Int32Array, coding: Coding, levels: Int32Array, at: number, count: number, partnerAt: number): number {
  const written = codeCount(coding, count);
  const first = count - written;
  for (let i = 0; i < written; i++) {
    const level = at + first + i;
    const expected = coding === Coding.Mirror ? levels[partnerAt + i]! : extrapolate(levels, level, coding === Coding.Linear && i > 0);
    codes[i] = zigzag(levels[level]! - expected);
  }
  return written;
}

/** The channel's levels, or `undefined` where the bits end early or leave the channel's range. */
export function readLevels(
  reader: BitReader, count: number, form: ChannelForm, partner: Int32Array | undefined,
): Int32Array | undefined {
  const coding = reader.read(2);
  const levels = new Int32Array(count);
  if (coding === undefined) return undefined;
  if (coding === Coding.Zero) return levels;
  if (coding === Coding.Mirror && !partner) return undefined;
  const first = coding === Coding.Mirror ? 0 : reader.read(form.bits);
  const rice = reader.read(4);
  if (first === undefined || rice === undefined || (rice > MAX_RICE && rice !== ALL_ZERO)) return undefined;
  const start = coding === Coding.Mirror ? 0 : 1;
  if (start === 1) levels[0] = first + form.min; // `bits` wide, so always in range
  for (let i = start; i < count; i++) {
    const code = rice === ALL_ZERO ? 0 : reader.readRice(rice, MAX_CODE >> rice);
    if (code === undefined) return undefined;
    const level = predict(levels, i, coding, partner) + unzigzag(code);
    if (level < form.min || level > form.max) return undefined;
    levels[i] = level;
  }
  return levels;
}

/** What a decoder expects at `i`, from the levels before it or the mirror channel. */
function predict(levels: Int32Array, i: number, coding: Coding, partner: Int32Array | undefined): number {
  return coding === Coding.Mirror ? partner![i]! : extrapolate(levels, i, coding === Coding.Linear && i > 1);
}

/** The level before `i`, or where the line through the last two leads. */
function extrapolate(levels: Int32Array, i: number, linear: boolean): number {
  const last = levels[i - 1]!;
  return linear ? 2 * last - levels[i - 2]! : last;
}

/** The parameter with which `count` codes are shortest, the smallest of them. */
function chooseRice(codes: Int32Array, count: number): number {
  let largest = 0;
  for (let i = 0; i < count; i++) largest = Math.max(largest, codes[i]!);
  if (largest === 0) return ALL_ZERO;
  let [best, bestBits] = [0, Infinity];
  for (let rice = 0; rice <= MAX_RICE; rice++) {
    const bits = riceBits(codes, count, rice);
    if (bits < bestBits) [best, bestBits] = [rice, bits];
    // From here on a larger one only adds to the remainders.
    if (largest >>> rice === 0) break;
  }
  return best;
}

function riceBits(codes: Int32Array, count: number, rice: number): number {
  if (rice === ALL_ZERO) return 0;
  let bits = count * (1 + rice);
  for (let i = 0; i < count; i++) bits += codes[i]! >>> rice;
  return bits;
}

/** 0, -1, 1, -2, 2 ... as 0, 1, 2, 3, 4 ... */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(code: number): number {
  return code & 1 ? -((code + 1) >>> 1) : code >>> 1;
}
