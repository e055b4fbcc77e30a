import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VisavisError } from '../errors/index.js';
import { decodeClientMessage, decodeServerMessage, encodeClientMessage, encodeServerMessage } from './index.js';

type Decode = (bytes: Uint8Array) => { case: string } | undefined;

function attempt(decode: Decode, bytes: Uint8Array): string {
  try {
    return decode(bytes)?.case ?? 'unknown';
  } catch (error) {
    if (VisavisError.isInstance(error)) return error.code;
    throw error;
  }
}

describe('the downlink', () => {
  it('goes round both ways', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.uint8Array(), fc.boolean(), (reqId, epoch, envelope, end) => {
        expect(decodeServerMessage(encodeServerMessage('motion', { epoch, reqId, envelope, end })))
          .toMatchObject({ case: 'motion', value: { epoch, reqId, envelope, end } });
        expect(decodeClientMessage(encodeClientMessage('playbackFinished', { reqId, playedMs: epoch, interrupted: end })))
          .toMatchObject({ case: 'playbackFinished', value: { reqId, playedMs: epoch, interrupted: end } });
      }),
    );
  });

  it('carries the numbers of a message beside it, and none cost nothing', () => {
    const plain = encodeServerMessage('pong', { timeMs: 1 });
    expect(decodeServerMessage(plain)).toMatchObject({ case: 'pong', sequence: 0, received: 0 });
    expect(encodeServerMessage('pong', { timeMs: 1 }, { sequence: 0, received: 0 })).toEqual(plain);
    fc.assert(fc.property(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), (sequence, received) => {
      expect(decodeServerMessage(encodeServerMessage('pong', {}, { sequence, received }))).toMatchObject({ case: 'pong', sequence, received });
      expect(decodeClientMessage(encodeClientMessage('ping', {}, { sequence, received }))).toMatchObject({ case: 'ping', sequence, received });
    }));
  });

  it('gives a message, nothing, or a protocolError for random and for cut bytes', () => {
    const whole = encodeServerMessage('transcript', { role: 'avatar', text: 'Hello there', words: [{ text: 'Hello', startMs: 1, endMs: 2 }] });
    const cuts = fc.nat(whole.length - 1).map((length) => whole.subarray(0, length));
    fc.assert(
      fc.property(fc.oneof(cuts, fc.uint8Array({ maxLength: 150 })), (bytes) => {
        attempt(decodeServerMessage, bytes);
        attempt(decodeClientMessage, bytes);
      }),
      { numRuns: 3_000 },
    );
    expect(attempt(decodeServerMessage, whole.subarray(0, whole.length - 1))).toBe('protocolError');
  });

  it('passes over messages it does not know', () => {
    expect(attempt(decodeServerMessage, Uint8Array.of(0xfa, 0x07, 1, 0))).toBe('unknown'); // field 127
    expect(attempt(decodeClientMessage, new Uint8Array())).toBe('unknown');
  });
});
