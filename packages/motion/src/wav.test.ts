import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatWav, MotionInputError, parseWav } from './index.js';

interface WavParts {
  channels?: number;
  sampleRate?: number;
  bits?: number;
  kind?: number;
  samples: number[];
  before?: Uint8Array;
  claim?: number;
}

function wav({ channels = 1, sampleRate = 16000, bits = 16, kind = 1, samples, before = new Uint8Array(), claim }: WavParts): Uint8Array {
  const data = new Uint8Array(Int16Array.from(samples).buffer);
  const bytes = new Uint8Array(36 + before.length + 8 + data.length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => bytes.set(new TextEncoder().encode(value), at);
  text(0, 'RIFF');
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, kind, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint16(34, bits, true);
  bytes.set(before, 36);
  text(36 + before.length, 'data');
  view.setUint32(40 + before.length, claim ?? data.length, true);
  bytes.set(data, 44 + before.length);
  return bytes;
}

describe('formatWav', () => {
  it('writes what can be read again, byte by byte as the format has it', () => {
    const pcm = { sampleRate: 22_050, samples: Int16Array.of(1, -2, 32_767, -32_768) };
    const file = formatWav(pcm);
    expect(parseWav(file)).toEqual(pcm);
    const [head, view] = [String.fromCharCode(...file.subarray(0, 44)), new DataView(file.buffer)];
    expect([head.slice(0, 4), head.slice(8, 16), head.slice(36, 40)]).toEqual(['RIFF', 'WAVEfmt ', 'data']);
    expect([4, 28, 40].map((at) => view.getUint32(at, true))).toEqual([44, 44_100, 8]);
    expect([32, 34].map((at) => view.getUint16(at, true))).toEqual([2, 16]);
  });
});

describe('parseWav', () => {
  it('reads mono, mixes channels down, skips other chunks', () => {
    expect(parseWav(wav({ samples: [1, -2, 3], sampleRate: 22050 }))).toEqual({ sampleRate: 22050, samples: Int16Array.of(1, -2, 3) });
    const list = Uint8Array.from([...new TextEncoder().encode('LIST'), 3, 0, 0, 0, 1, 2, 3, 0]);
    expect(parseWav(wav({ channels: 2, samples: [10, 20, -6, -4], before: list })).samples).toEqual(Int16Array.of(15, -5));
  });

  it('ends with the file where the data chunk claims more, and drops half a sample', () => {
    expect(parseWav(wav({ samples: [5, 6], claim: 0xffffffff })).samples).toEqual(Int16Array.of(5, 6));
    expect(parseWav(wav({ samples: [5, 6] }).subarray(0, 47)).samples).toEqual(Int16Array.of(5));
  });

  it('honours the offset of a view', () => {
    const file = wav({ samples: [7] });
    const padded = new Uint8Array(file.length + 3);
    padded.set(file, 3);
    expect(parseWav(padded.subarray(3)).samples).toEqual(Int16Array.of(7));
  });

  it.each([
    ['another encoding', wav({ samples: [1], kind: 3 })],
    ['24 bits', wav({ samples: [1], bits: 24 })],
    ['no channels', wav({ samples: [1], channels: 0 })],
    ['no samples', wav({ samples: [1] }).subarray(0, 36)],
    ['something else', new TextEncoder().encode('OggS and then some more')],
    ['nothing', new Uint8Array()],
  ])('refuses %s', (_, bytes) => {
    expect(() => parseWav(bytes)).toThrow(MotionInputError);
  });

  it('gives samples or a coded error for any bytes behind a header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(60), (noise, at) => {
        const file = wav({ samples: [1, 2, 3, 4] });
        const start = Math.min(at, file.length);
        file.set(noise.subarray(0, file.length - start), start);
        try {
          parseWav(file);
        } catch (error) {
          expect(error).toBeInstanceOf(MotionInputError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
