import { encodeEnvelope } from '@visavis/protocol/ingress';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAudio, readResponse } from './audio-input.js';

const PCM = { sampleRate: 16_000, inputAudioFormat: 'pcm' } as const;
const OPUS = { sampleRate: 48_000, inputAudioFormat: 'opus' } as const;
const envelope = (packets: Uint8Array[]): Uint8Array => encodeEnvelope('serverResponseAnimation', {
  connectionId: 'c', reqId: 'r', audio: { sampleRate: 48_000, packetMs: 20, firstSample: 0, preSkip: 312, packets, last: false, totalSamples: 0 },
});

describe('what audio bytes are', () => {
  it('envelopes are told from anything else, of any size', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 60 }), (packets) => {
      expect(readAudio(envelope(packets), PCM).kind).toBe('envelope');
    }), { numRuns: 50 });
  });

  it('a cut or lengthened envelope, and any PCM, is PCM', () => {
    const bytes = envelope([new Uint8Array(90)]);
    expect(readAudio(bytes.subarray(0, -1), PCM).kind).toBe('pcm');
    expect(readAudio(Uint8Array.of(...bytes, 0), PCM).kind).toBe('pcm');
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
      expect(readAudio(Uint8Array.of(0x08, 0x05, ...tail), PCM).kind).toBe('pcm');
    }));
  });

  it('in the opus form they are packets or Ogg, which the utterance’s first bytes tell', () => {
    expect(readAudio(Uint8Array.of(248, 1, 2), OPUS)).toMatchObject({ kind: 'bytes' });
    expect(readAudio(new TextEncoder().encode('OggS\0'), OPUS)).toMatchObject({ kind: 'bytes' });
  });

  it('honour the view they come in', () => {
    const bytes = envelope([Uint8Array.of(1, 2, 3)]);
    const padded = new Uint8Array(bytes.length + 20);
    padded.set(bytes, 7);
    expect(readResponse(padded.subarray(7, 7 + bytes.length)).audio?.packets[0]).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('motion that is no animation message is refused', () => {
    expect(() => readResponse(encodeEnvelope('clientInterrupt', { reqId: 'r' }))).toThrow(expect.objectContaining({ code: 'invalidAnimationData' }));
  });
});
