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

interface Plan {
  readonly coding: Coding;
  readonly rice: number;
}

/** The cheapest way to write `levels`. */
export function chooseCoding(levels: Int32Array, form: ChannelForm, partner: Int32Array | undefined): Plan {
  if (levels.every((level) => level === 0)) return { coding: Coding.Zero, rice: ALL_ZERO };
  let best: Plan = { coding: Coding.Delta, rice: 0 };
  let bestBits = Infinity;
  for (const coding of partner ? [Coding.Delta, Coding.Linear, Coding.Mirror] : [Coding.Delta, Coding.Linear]) {
    const whole = coding === Coding.Mirror ? 0 : form.bits;
    const { rice, bits } = chooseRice(differences(levels, coding, partner));
    if (whole + bits < bestBits) {
      bestBits = whole + bits;
      best = { coding, rice };
    }
  }
  return best;
}

export function writeLevels(
  writer: BitWriter, levels: Int32Array, form: ChannelForm, partner: Int32Array | undefined, { coding, rice }: Plan,
): void {
  writer.write(coding, 2);
  if (coding === Coding.Zero) return;
  if (coding !== Coding.Mirror) writer.write(levels[0]! - form.min, form.bits);
  writer.write(rice, 4);
  if (rice === ALL_ZERO) return;
  for (const difference of differences(levels, coding, partner)) writer.writeRice(zigzag(difference), rice);
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
  if (coding === Coding.Mirror) return partner![i]!;
  const last = levels[i - 1]!;
  return coding === Coding.Linear && i > 1 ? 2 * last - levels[i - 2]! : last;
}

function differences(levels: Int32Array, coding: Coding, partner: Int32Array | undefined): number[] {
  const out: number[] = [];
  for (let i = coding === Coding.Mirror ? 0 : 1; i < levels.length; i++) {
    out.push(levels[i]! - predict(levels, i, coding, partner));
  }
  return out;
}

function chooseRice(values: readonly number[]): { rice: number; bits: number } {
  if (values.every((value) => value === 0)) return { rice: ALL_ZERO, bits: 0 };
  let best = { rice: 0, bits: Infinity };
  for (let rice = 0; rice <= MAX_RICE; rice++) {
    let bits = 0;
    for (const value of values) bits += (zigzag(value) >>> rice) + 1 + rice;
    if (bits < best.bits) best = { rice, bits };
  }
  return best;
}

/** 0, -1, 1, -2, 2 ... as 0, 1, 2, 3, 4 ... */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(code: number): number {
  return code & 1 ? -((code + 1) >>> 1) : code >>> 1;
}
