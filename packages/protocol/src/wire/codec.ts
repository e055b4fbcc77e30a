import { WireReader } from './reader.js';
import type { Field, Init, Kind, Schema } from './schema.js';
import { WireWriter } from './writer.js';

type Fields = Record<string, unknown>;

/** Protobuf's wire type of each kind. */
const WIRE: Readonly<Record<Kind, number>> = { bool: 0, uint32: 0, int32: 0, double: 1, string: 2, bytes: 2, message: 2, map: 2, float: 5 };

/** A message with everything at its default but what `init` says; parts of it are taken as they are. */
export function create<T>(type: Schema<T>, init: Init<T>): T {
  return Object.assign(blank(type), init) as T;
}

/**
 * The bytes of a message; what is left out, and what is at its default, costs none. Throws a RangeError for a number that
 * its field cannot hold.
 */
export function encode<T>(type: Schema<T>, value: Init<T>): Uint8Array {
  return writerOf(type, value as Fields).finish();
}

/**
 * A message of these bytes, with defaults for what is not there. Unknown fields are passed over. Byte fields are views
 * into `bytes`. Throws where they are not such a message.
 */
export function decode<T>(type: Schema<T>, bytes: Uint8Array): T {
  return read(type, bytes, blank(type)) as T;
}

function blank(type: Schema<unknown>): Fields {
  const value: Fields = {};
  for (const field of type.fields) {
    if (field.oneof !== undefined) value[field.oneof] = { case: undefined };
    else if (field.repeated) value[field.name] = [];
    else value[field.name] = defaultOf(field.kind);
  }
  return value;
}

function defaultOf(kind: Kind): unknown {
  switch (kind) {
    case 'string': return '';
    case 'bytes': return new Uint8Array();
    case 'bool': return false;
    case 'message': return undefined;
    // No prototype: a key may have any name.
    case 'map': return Object.create(null) as unknown;
    default: return 0;
  }
}

function writerOf(type: Schema<unknown>, value: Fields): WireWriter {
  const writer = new WireWriter();
  for (const field of type.fields) {
    const held = field.oneof === undefined ? value[field.name] : memberOf(value[field.oneof], field.name);
    if (held === undefined) continue;
    if (field.repeated) for (const one of held as unknown[]) write(writer, field, one);
    else if (field.kind === 'map') writeMap(writer, field, held as Fields);
    else if (field.oneof !== undefined || !isDefault(held)) write(writer, field, held);
  }
  return writer;
}

function memberOf(oneof: unknown, name: string): unknown {
  const { case: chosen, value } = (oneof ?? {}) as { case?: string; value?: unknown };
  return chosen === name ? value : undefined;
}

function isDefault(value: unknown): boolean {
  return value === 0 || value === '' || value === false || (value instanceof Uint8Array && value.length === 0);
}

function write(writer: WireWriter, { name, number, kind, of }: Field, value: unknown): void {
  writer.tag(number, WIRE[kind]);
  switch (kind) {
    case 'string': return writer.string(value as string);
    case 'bytes': return writer.bytes(value as Uint8Array);
    case 'bool': return writer.varint(value ? 1 : 0);
    case 'uint32': return writer.varint(whole(name, value as number, 0, 0xffff_ffff));
    case 'int32': return writer.signed(whole(name, value as number, -0x8000_0000, 0x7fff_ffff));
    case 'float': return writer.fixed(value as number, 4);
    case 'double': return writer.fixed(value as number, 8);
    default: return writer.nested(writerOf(of!, value as Fields));
  }
}

/** Each entry is a message of a key, field 1, and a value, field 2. */
function writeMap(writer: WireWriter, { number, kind }: Field, map: Fields): void {
  for (const [key, value] of Object.entries(map)) {
    if (value === undefined) continue;
    const entry = new WireWriter();
    entry.tag(1, WIRE.string);
    entry.string(key);
    entry.tag(2, WIRE.string);
    entry.string(value as string);
    writer.tag(number, WIRE[kind]);
    writer.nested(entry);
  }
}

function whole(name: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(`${name} must be a whole number from ${low} to ${high}, got ${value}`);
}

function read(type: Schema<unknown>, bytes: Uint8Array, into: Fields): Fields {
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const tag = reader.varint();
    if (tag < 8) throw new RangeError('a field has the number 0');
    const field = type.byNumber.get(tag >>> 3);
    const wire = tag & 7;
    if (field && WIRE[field.kind] === wire) readField(reader, field, into);
    else reader.skip(wire);
  }
  return into;
}

function readField(reader: WireReader, field: Field, into: Fields): void {
  const { name, kind, oneof } = field;
  if (kind === 'map') return readEntry(reader.bytes(), into[name] as Fields);
  if (oneof !== undefined) into[oneof] = { case: name, value: readValue(reader, field, memberOf(into[oneof], name)) };
  else if (field.repeated) (into[name] as unknown[]).push(readValue(reader, field, undefined));
  else into[name] = readValue(reader, field, into[name]);
}

/** A message that comes twice is merged, as protobuf asks for. */
function readValue(reader: WireReader, { kind, of }: Field, before: unknown): unknown {
  switch (kind) {
    case 'string': return reader.string();
    case 'bytes': return reader.bytes();
    case 'bool': return reader.bool();
    case 'uint32': return reader.varint();
    case 'int32': return reader.varint() | 0;
    case 'float': return reader.fixed(4);
    case 'double': return reader.fixed(8);
    default: return read(of!, reader.bytes(), (before as Fields | undefined) ?? blank(of!));
  }
}

function readEntry(bytes: Uint8Array, map: Fields): void {
  const reader = new WireReader(bytes);
  const pair = ['', ''];
  while (!reader.done) {
    const tag = reader.varint();
    const [at, wire] = [(tag >>> 3) - 1, tag & 7];
    if ((at === 0 || at === 1) && wire === WIRE.string) pair[at] = reader.string();
    else reader.skip(wire);
  }
  map[pair[0]!] = pair[1];
}
