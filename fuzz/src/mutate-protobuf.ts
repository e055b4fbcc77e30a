import type { Random } from '@visavis/face';

/** One field as it lies on the wire. */
interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Of a length-delimited field its contents, else the bytes after the tag. */
  readonly bytes: Uint8Array;
}

const LENGTH_DELIMITED = 2;
const FIXED_BYTES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };
const MAX_DEPTH = 4;
/** Of the integers of 31, 32 and 33 bits. */
const END_OF_RANGE = [0x7fffffff, 0x80000000, 0xffffffff, 0x100000000] as const;

const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/**
 * Changes one field of the message that begins at `start`, at any depth, and sets the lengths around it right: plain byte
 * changes seldom get past a length. Returns the input itself where it is no message.
 */
export function mutateProtobuf(input: Uint8Array, start: number, random: Random, other: Uint8Array): Uint8Array {
  const head = input.subarray(0, start);
  const body = input.subarray(start);
  const changed = mutateMessage(body, random, other.subarray(start), 0);
  return changed ? Buffer.concat([head, changed]) : input;
}

function mutateMessage(bytes: Uint8Array, random: Random, other: Uint8Array, depth: number): Uint8Array | undefined {
  const fields = readFields(bytes);
  if (!fields) return undefined;
  if (fields.length === 0) return writeFields(readFields(other) ?? []);
  const at = below(random, fields.length);
  const field = fields[at]!;
  const inner = field.wireType === LENGTH_DELIMITED && depth < MAX_DEPTH && random() < 0.6 ? mutateMessage(field.bytes, random, other, depth + 1) : undefined;
  if (inner) fields[at] = { ...field, bytes: inner };
  else changeFields(fields, at, random, readFields(other) ?? []);
  return writeFields(fields);
}

function changeFields(fields: Field[], at: number, random: Random, others: readonly Field[]): void {
  const field = fields[at]!;
  const changes: (() => unknown)[] = [
    () => fields.splice(at, 1),
    () => fields.splice(below(random, fields.length + 1), 0, field),
    () => (fields[at] = { ...field, number: 1 + below(random, random() < 0.8 ? 12 : 120) }),
    () => (fields[at] = { ...field, bytes: newContents(field, random) }),
    () => (fields[at] = { ...field, bytes: newContents(field, random) }),
    () => others.length > 0 && fields.splice(at, 0, others[below(random, others.length)]!),
  ];
  changes[below(random, changes.length)]!();
}

function newContents({ wireType, bytes }: Field, random: Random): Uint8Array {
  if (wireType === 0) return varint(random() < 0.2 ? END_OF_RANGE[below(random, END_OF_RANGE.length)]! : Math.floor(2 ** (random() * 34)) - 1);
  if (wireType !== LENGTH_DELIMITED) return Uint8Array.from(bytes, () => below(random, 256));
  const out = Uint8Array.from(bytes.subarray(0, below(random, bytes.length + 1)));
  if (out.length > 0) out[below(random, out.length)] = below(random, 256);
  return random() < 0.5 ? out : Buffer.concat([out, bytes]);
}

function readFields(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    if (!tag) return undefined;
    const wireType = tag.value & 7;
    const first = tag.end;
    const length = wireType === LENGTH_DELIMITED ? readVarint(bytes, first) : undefined;
    const from = length?.end ?? first;
    const end = wireType === 0 ? readVarint(bytes, first)?.end : length ? from + length.value : first + (FIXED_BYTES[wireType] ?? NaN);
    if (end === undefined || !(end <= bytes.length)) return undefined;
    fields.push({ number: tag.value >>> 3, wireType, bytes: bytes.subarray(from, end) });
    at = end;
  }
  return fields;
}

function writeFields(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(fields.flatMap(({ number, wireType, bytes }) => [
    varint(((number << 3) | wireType) >>> 0), ...(wireType === LENGTH_DELIMITED ? [varint(bytes.length)] : []), bytes,
  ]));
}

function readVarint(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10 && at + i < bytes.length; i++) {
    value += (bytes[at + i]! & 0x7f) * 2 ** (7 * i);
    if (bytes[at + i]! < 0x80) return { value, end: at + i + 1 };
  }
  return undefined;
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) | 128);
  return Uint8Array.from([...out, value]);
}
