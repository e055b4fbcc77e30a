import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VisavisError } from '../errors/index.js';
import { MessageSchema, MessageType } from '../gen/message.js';
import { encode } from '../wire/index.js';
import {
  classifyFailure, closeCodeOf, createRequestId, decodeEnvelope, encodeEnvelope, isUnknownEnvelope, parseCapabilities, parseFps,
  type Failure,
} from './index.js';

/** The decoded case, `unknown`, or the error's code; anything else is thrown on. */
function attempt(bytes: Uint8Array): string {
  try {
    return decodeEnvelope(bytes).case;
  } catch (error) {
    if (VisavisError.isInstance(error)) return error.code;
    throw error;
  }
}

describe('the envelope', () => {
  it('goes round', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), fc.uint8Array({ maxLength: 100 }), (reqId, end, audio) => {
        const envelope = decodeEnvelope(encodeEnvelope('clientAudioInput', { reqId, end, audio }));
        expect(envelope).toMatchObject({ case: 'clientAudioInput', value: { reqId, end, audio } });
      }),
    );
  });

  it('is a message or a protocolError when cut at any byte', () => {
    const bytes = encodeEnvelope('serverError', { connectionId: 'c', reqId: 'r', code: 3, message: 'text', detail: { code: 'x', hint: 'y' } });
    for (let length = 0; length < bytes.length; length++) {
      expect(['protocolError', 'serverError']).toContain(attempt(bytes.subarray(0, length)));
    }
    expect(attempt(bytes.subarray(0, bytes.length - 1))).toBe('protocolError');
  });

  it('never throws anything but a coded error on random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void attempt(bytes)), { numRuns: 3_000 });
  });

  it('refuses a body that does not match its type, and lets unknown types pass', () => {
    const mismatch = encode(MessageSchema, { type: MessageType.SERVER_ERROR, data: { case: 'serverResponseAnimation', value: { reqId: 'r' } } });
    expect(attempt(mismatch)).toBe('protocolError');
    expect(attempt(new Uint8Array())).toBe('protocolError');
    expect(attempt(Uint8Array.of(0x08, 3))).toBe('protocolError');
    const future = decodeEnvelope(Uint8Array.of(0x08, 99));
    expect(isUnknownEnvelope(future) && future.type).toBe(99);
  });

  it('passes over unknown fields', () => {
    const withUnknown = Uint8Array.from([0x08, 5, 0x32, 8, 0x12, 1, 0x72, 0xf2, 0x0f, 2, 1, 2]); // field 254 of the body
    expect(decodeEnvelope(withUnknown)).toMatchObject({ case: 'serverResponseAnimation', value: { reqId: 'r', end: false } });
  });

  it('honours the offset of a view', () => {
    const bytes = encodeEnvelope('clientInterrupt', { reqId: 'abc' });
    const padded = new Uint8Array(bytes.length + 6).fill(0xff);
    padded.set(bytes, 3);
    expect(attempt(padded.subarray(3, 3 + bytes.length))).toBe('clientInterrupt');
  });
});

describe('classifyFailure', () => {
  const runtime = (serverCode: number, text: string): Failure => ({ serverCode, text, phase: 'websocket_runtime' });
  const upgrade = (status: number, text: string): Failure => ({ status, text, phase: 'websocket_connect' });

  it.each<[string, Failure, string]>([
    ['a sample rate', runtime(0, 'unsupported sample rate: 11025'), 'unsupportedSampleRate'],
    ['code 3 alone', runtime(3, 'bad'), 'invalidRequest'],
    ['code 3 of egress', runtime(3, 'LiveKit url missing'), 'invalidEgressConfig'],
    ['code 14', runtime(14, 'x'), 'egressUnavailable'],
    ['code 16', runtime(16, 'x'), 'invalidEgressConfig'],
    ['code 4001', runtime(4001, 'x'), 'creditsExhausted'],
    ['code 4002', runtime(4002, 'x'), 'sessionDurationExceeded'],
    ['idle', runtime(0, 'no audio input for 60 s'), 'idleTimeout'],
    ['nothing known, running', runtime(0, 'boom'), 'serverError'],
    ['bad token', upgrade(400, '{"message":"Invalid session token"}'), 'sessionTokenInvalid'],
    ['expired token', upgrade(401, 'token is expired'), 'sessionTokenExpired'],
    ['other app', upgrade(400, 'app id mismatch'), 'appIDMismatch'],
    ['unknown app', upgrade(404, 'appIDUnrecognized'), 'appIDUnrecognized'],
    ['unknown avatar', upgrade(404, 'Avatar not found: zed'), 'avatarNotFound'],
    ['billing', upgrade(402, 'session denied: plan'), 'billingRequired'],
    ['credits', upgrade(402, 'credits exhausted'), 'creditsExhausted'],
    ['other 4xx', upgrade(418, ''), 'invalidRequest'],
    ['5xx', upgrade(503, ''), 'serverError'],
    ['401 in other words', upgrade(401, 'API key not accepted'), 'sessionTokenExpired'],
    ['nothing at all', { text: '', phase: 'session_token' }, 'unknown'],
    ['our own code first', { serverCode: 3, text: 'token is expired', detailCode: 'queueFull', phase: 'websocket_runtime' }, 'queueFull'],
    ['a code of ours not known here', { serverCode: 3, text: 'x', detailCode: 'newer', phase: 'websocket_runtime' }, 'invalidRequest'],
  ])('%s', (_, failure, code) => {
    expect(classifyFailure(failure)).toBe(code);
  });
});

describe('small things', () => {
  it('request ids have the public shape', () => {
    const id = createRequestId(Date.UTC(2026, 10, 2, 3, 4, 5), (count) => new Uint8Array(count).fill(255));
    expect(id).toBe('20261102030405_------------');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 12, maxLength: 12 }), (bytes) => {
        expect(createRequestId(0, () => bytes)).toMatch(/^\d{14}_[A-Za-z0-9_-]{12}$/);
      }),
    );
  });

  it('capabilities and fps are read leniently', () => {
    expect([...parseCapabilities(' audio , future,interrupted-end')]).toEqual(['audio', 'interrupted-end']);
    expect([...parseCapabilities(undefined)]).toEqual([]);
    expect(['25', '60', '24', '61', 'x', '30.5', '1e2', undefined].map(parseFps)).toEqual([25, 60, 30, 30, 30, 30, 30, 30]);
  });

  it('close codes go with their errors', () => {
    expect([closeCodeOf('idleTimeout'), closeCodeOf('draining'), closeCodeOf('upstreamError')]).toEqual([4004, 1012, 1011]);
  });
});
