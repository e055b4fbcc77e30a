import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { VisavisError } from '@visavis/protocol/errors';
import { describe, expect, it } from 'vitest';
import { encodeHeader, encodeRecord, MAX_RECORDING_MS, parseRecording, type Recording, type SessionRecord } from './recording.js';

const STARTED = '2026-11-23T05:00:00.000Z';
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const HEADER = new TextDecoder().decode(encodeHeader(STARTED));

function fileOf(records: readonly SessionRecord[]): Uint8Array {
  return Buffer.concat([encodeHeader(STARTED), ...records.map(encodeRecord)]);
}

const ms = fc.double({ min: 0, max: MAX_RECORDING_MS, noNaN: true });
const anyRecord: fc.Arbitrary<SessionRecord> = fc.oneof(
  fc.record({ ms, kind: fc.constantFrom('connect', 'open', 'leave') }),
  fc.record({ ms, kind: fc.constantFrom('in', 'out'), bytes: fc.uint8Array() }),
  fc.record({ ms, kind: fc.constant('close'), code: fc.nat(4_999), reason: fc.string({ unit: 'grapheme' }) }),
  fc.record({ ms, kind: fc.constant('stop'), reason: fc.string() }),
) as fc.Arbitrary<SessionRecord>;
const anyRecords = fc.array(anyRecord).map((records) => records.sort((a, b) => a.ms - b.ms));

/** The recording, or the code of the error. */
function attempt(bytes: Uint8Array): Recording | string {
  try {
    return parseRecording(bytes);
  } catch (error) {
    if (VisavisError.isInstance(error)) return error.code;
    throw error;
  }
}

describe('a recording', () => {
  it('goes round, times to the last bit', () => {
    fc.assert(fc.property(anyRecords, (records) => {
      expect(parseRecording(fileOf(records))).toEqual({ startedAt: STARTED, records, damage: undefined });
    }));
  });

  it('cut anywhere gives what is whole before the cut, and says so', () => {
    const whole = fileOf([
      { ms: 0, kind: 'connect' }, { ms: 1.5, kind: 'in', bytes: Uint8Array.of(1, 2, 3) },
      { ms: 2, kind: 'close', code: 1006, reason: 'länger' }, { ms: 3, kind: 'stop', reason: 'asked' },
    ]);
    const { records } = parseRecording(whole);
    for (let length = 0; length < whole.length; length++) {
      const part = attempt(whole.subarray(0, length));
      const lines = whole.subarray(0, length).filter((byte) => byte === 0x0a).length;
      if (lines === 0) expect(part).toBe('invalidRecording');
      else expect(part).toMatchObject({ records: records.slice(0, lines - 1) });
      if (typeof part === 'object') expect(part.damage === undefined).toBe(whole[length - 1] === 0x0a);
    }
  });

  it('is a recording, damaged or not, or invalidRecording, whatever the bytes', () => {
    const whole = fileOf([{ ms: 0, kind: 'connect' }, { ms: 1, kind: 'in', bytes: new Uint8Array(40) }, { ms: 2, kind: 'leave' }]);
    const spoilt = fc.tuple(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 4 })).map(([at, bytes]) => {
      const copy = whole.slice();
      copy.set(bytes.subarray(0, copy.length - at), at);
      return copy;
    });
    const lines = fc.array(fc.json()).map((all) => utf8(`${HEADER}${all.map((one) => `${one}\n`).join('')}`));
    fc.assert(fc.property(fc.oneof(spoilt, lines, fc.uint8Array({ maxLength: 300 })), (bytes) => {
      const result = attempt(bytes);
      if (typeof result === 'string') expect(result).toBe('invalidRecording');
      else for (const record of result.records) expect(record.ms).toBeGreaterThanOrEqual(0);
    }), { numRuns: 2_000 });
  });

  it.each([
    ['a time that goes back', '{"ms":5,"kind":"open"}\n{"ms":4,"kind":"leave"}\n', 1, 3],
    ['a time beyond four hours', '{"ms":1e300,"kind":"open"}\n', 0, 2],
    ['bytes that are not base64', '{"ms":1,"kind":"in","data":"*"}\n', 0, 2],
    ['a line that is no record', 'null\n', 0, 2],
  ])('ends before %s', (_, lines, whole, line) => {
    const { records, damage } = parseRecording(utf8(HEADER + lines));
    expect(records).toHaveLength(whole);
    expect(damage).toContain(`line ${line} is damaged`);
  });

  it('passes over records of kinds to come', () => {
    const { records, damage } = parseRecording(utf8(`${HEADER}{"ms":1,"kind":"note","text":"x"}\n{"ms":2,"kind":"open"}\n`));
    expect(records).toEqual([{ ms: 2, kind: 'open' }]);
    expect(damage).toBeUndefined();
  });

  it('says what to do with a file it cannot read', () => {
    const wav = readFileSync(new URL('../../../../apps/demo/assets/samples/austen.wav', import.meta.url));
    expect(() => parseRecording(wav)).toThrow(/does not begin as a recording does/);
    expect(() => parseRecording(utf8('{"format":"visavis-recording","version":2}\n'))).toThrow(/of version 2, this one reads version 1; use a newer Visavis/);
  });
});
