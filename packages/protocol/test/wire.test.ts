import { create as createByOther, fromBinary, toBinary, type DescMessage } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as otherDownlink from './gen/downlink_pb.js';
import * as otherMessage from './gen/message_pb.js';
import * as otherRoom from './gen/room_pb.js';
import * as downlink from '../src/gen/downlink.js';
import * as ingress from '../src/gen/message.js';
import * as room from '../src/gen/room.js';
import { decode, encode, type Schema } from '../src/wire/index.js';
import { WireWriter } from '../src/wire/writer.js';

/** Every message with the same one of protobuf-es, an independent implementation. */
const PAIRS = [[downlink, otherDownlink], [ingress, otherMessage], [room, otherRoom]].flatMap(([ours, others]) =>
  Object.entries(ours!).flatMap(([name, schema]): [string, Schema<object>, DescMessage][] =>
    name.endsWith('Schema') ? [[name, schema as Schema<object>, (others as Record<string, unknown>)[name] as DescMessage]] : []));

/** Any message of a schema, each field there or not. */
function anyOf(schema: Schema<unknown>): fc.Arbitrary<Record<string, unknown>> {
  const oneofs = new Map<string, fc.Arbitrary<unknown>[]>();
  const plain: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of schema.fields) {
    const one = anyValue(field.kind, field.of);
    if (field.oneof === undefined) plain[field.name] = field.repeated ? fc.array(one, { maxLength: 3 }) : one;
    else oneofs.set(field.oneof, [...(oneofs.get(field.oneof) ?? []), one.map((value) => ({ case: field.name, value }))]);
  }
  for (const [name, cases] of oneofs) plain[name] = fc.oneof(...cases);
  return fc.record(plain, { requiredKeys: [] });
}

function anyValue(kind: string, of: Schema<unknown> | undefined): fc.Arbitrary<unknown> {
  switch (kind) {
    case 'string': return fc.string({ unit: 'grapheme', maxLength: 8 });
    case 'bytes': return fc.uint8Array({ maxLength: 200 });
    case 'bool': return fc.boolean();
    case 'uint32': return fc.oneof(fc.nat(300), fc.nat(0xffff_ffff));
    case 'int32': return fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer());
    case 'float': return fc.float({ noNaN: true }).map((value) => value + 0);
    case 'double': return fc.double({ noNaN: true }).map((value) => value + 0);
    case 'map': return fc.dictionary(fc.string({ maxLength: 4 }).filter((key) => key !== '__proto__'), fc.string({ maxLength: 4 }), { maxKeys: 3 });
    default: return anyOf(of!);
  }
}

/** Undefined where it is refused. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** As plain objects, without what protobuf-es adds to them. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (key, part: unknown) => {
  if (key.startsWith('$')) return undefined;
  return part instanceof Uint8Array ? [...part] : part;
}));

describe('the wire format', () => {
  it('is checked for every message', () => {
    expect(PAIRS.length).toBeGreaterThan(30);
    for (const [name, schema, other] of PAIRS) {
      expect([name, schema.fields.map(({ name, number, repeated, oneof }) => [name, number, repeated, oneof])]).toEqual(
        [name, other.fields.toSorted((a, b) => a.number - b.number).map((field) => [field.localName, field.number, field.fieldKind === 'list', field.oneof?.localName])]);
    }
  });

  it.each(PAIRS)('%s is written and read as by another implementation', (_, schema, other) => {
    fc.assert(fc.property(anyOf(schema), (value) => {
      const bytes = toBinary(other, createByOther(other, value as never));
      expect(encode(schema, value as never)).toEqual(bytes);
      expect(plain(decode(schema, bytes))).toEqual(plain(fromBinary(other, bytes)));
    }), { numRuns: 40 });
  });

  it.each(PAIRS)('%s is refused where the bytes are damaged, or gives a message that can be written', (_, schema) => {
    fc.assert(fc.property(anyOf(schema), fc.nat(200), fc.nat(255), fc.nat(400), (value, at, byte, length) => {
      const bytes = encode(schema, value as never).slice(0, length);
      if (at < bytes.length) bytes[at] = byte;
      const decoded = attempt(() => decode(schema, bytes));
      if (decoded) encode(schema, decoded as never);
    }), { numRuns: 60 });
  });

  it('merges a message that comes in parts, and keeps the last of a scalar', () => {
    const parts = [{ lastSeen: { reqId: 'a', playedMs: 5 }, fps: 30 }, { lastSeen: { reqId: 'b' }, fps: 60 }].map((part) => encode(downlink.HelloSchema, part));
    expect(decode(downlink.HelloSchema, new Uint8Array(Buffer.concat(parts)))).toMatchObject({ lastSeen: { reqId: 'b', playedMs: 5 }, fps: 60 });
  });

  it('takes any name as the key of a map and changes nothing else', () => {
    const hostile = encode(ingress.ServerConfirmSessionSchema, { granted: Object.fromEntries([['__proto__', 'x'], ['constructor', 'y']]) });
    const { granted } = decode(ingress.ServerConfirmSessionSchema, hostile);
    expect(Object.keys(granted)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it.each([[-1], [1.5], [2 ** 32], [NaN]])('refuses to write %d where whole numbers go', (playedMs) => {
    expect(() => encode(downlink.PlaybackPositionSchema, { playedMs })).toThrow(/playedMs must be a whole number/);
  });

  it.each([
    ['a field number of 0', [0x00, 1]],
    ['a varint without an end', Array<number>(11).fill(0xff)],
    ['a length beyond the end', [0x0a, 5, 1]],
    ['a group', [0x0b, 0x0c]],
    ['text that is not UTF-8', [0x0a, 1, 0xff]],
  ])('refuses %s', (_, bytes) => {
    expect(() => decode(downlink.TextSchema, Uint8Array.from(bytes))).toThrow();
  });

  it('gives byte fields as views, and honours the offset of one', () => {
    const bytes = Uint8Array.from([9, 9, ...encode(downlink.MicSchema, { data: Uint8Array.of(1, 2, 3) }), 9]);
    const { data } = decode(downlink.MicSchema, bytes.subarray(2, bytes.length - 1));
    expect([data.buffer === bytes.buffer, ...data]).toEqual([true, 1, 2, 3]);
  });

  it('nests a message of any number of parts', () => {
    const COUNT = 200_000;
    const inner = new WireWriter();
    for (let i = 0; i < COUNT; i++) inner.bytes(Uint8Array.of(i % 251));
    const outer = new WireWriter();
    outer.nested(inner);
    const bytes = outer.finish();
    // Three bytes say that 2 x COUNT follow.
    expect(bytes.length).toBe(3 + 2 * COUNT);
    expect([...bytes.subarray(-4)]).toEqual([1, (COUNT - 2) % 251, 1, (COUNT - 1) % 251]);
  });
});
