import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VisavisError } from '../errors/index.js';
import { decodeRoomPacket, encodeRoomPacket } from './index.js';

const whole = encodeRoomPacket({ run: 9, stream: 3, sentMs: 12.5, epoch: 2, cue: { reqId: 'r', utterance: 1, atMs: 13, timeMs: 5, untilMs: 99 }, motion: [Uint8Array.of(1, 2, 3)] });

function codeOf(bytes: Uint8Array): string {
  try {
    decodeRoomPacket(bytes);
    return 'none';
  } catch (error) {
    if (VisavisError.isInstance(error)) return error.code;
    throw error;
  }
}

describe('a packet of a room', () => {
  it('goes round', () => {
    expect(decodeRoomPacket(whole)).toEqual({
      run: 9, stream: 3, sentMs: 12.5, epoch: 2, cue: { reqId: 'r', utterance: 1, atMs: 13, timeMs: 5, untilMs: 99 }, motion: [Uint8Array.of(1, 2, 3)], motionEnd: false, messages: [],
    });
  });

  it('is a packet or a protocolError, whatever the bytes', () => {
    const cuts = fc.nat(whole.length - 1).map((length) => whole.subarray(0, length));
    fc.assert(fc.property(fc.oneof(cuts, fc.uint8Array({ maxLength: 100 })), (bytes) => {
      expect(codeOf(bytes)).toMatch(/^(none|protocolError)$/);
    }), { numRuns: 2_000 });
  });

  it.each([NaN, Infinity, -Infinity])('has no times that are %d', (ms) => {
    expect(codeOf(encodeRoomPacket({ sentMs: ms }))).toBe('protocolError');
    expect(codeOf(encodeRoomPacket({ cue: { atMs: ms } }))).toBe('protocolError');
  });
});
