import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VisavisError } from '@visavis/protocol/errors';
import { oggOpus, opusHead, opusPackets, OPUS_TAGS, page } from '../test/ogg-writer.js';
import { syntheticSpeech } from '../test/speech.js';
import { OggOpusDecoder } from './ogg-opus.js';
import { nativeOpus, scriptOpus } from './opus.js';

const RATE = 16_000;
const speech = Float32Array.from(syntheticSpeech(730, RATE), (sample) => sample / 32_768);

function decode(stream: Uint8Array, sizes: readonly number[] = [stream.length], opus = nativeOpus(), rate = RATE): Float32Array {
  const decoder = new OggOpusDecoder(opus.createDecoder(rate), rate);
  const out: number[] = [];
  for (let at = 0, i = 0; at < stream.length; i++) {
    const size = sizes[i % sizes.length]!;
    out.push(...decoder.push(stream.subarray(at, at + size)));
    at += size;
  }
  decoder.close();
  return Float32Array.from(out);
}

function likeness(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe('Ogg Opus', () => {
  it.each([['native', nativeOpus], ['WebAssembly', scriptOpus]])('gives back what was said, in place and whole, with the %s decoder', (_, load) => {
    const heard = decode(oggOpus(speech, RATE), undefined, load());
    expect(heard).toHaveLength(speech.length);
    expect(likeness(speech, heard)).toBeGreaterThan(0.9);
  });

  it.each([8000, 12_000, 24_000, 48_000])('decodes at %i Hz too', (rate) => {
    const samples = Float32Array.from(syntheticSpeech(500, rate), (sample) => sample / 32_768);
    expect(decode(oggOpus(samples, rate), undefined, nativeOpus(), rate)).toHaveLength(samples.length);
  });

  it('is the same however it is cut', () => {
    const stream = oggOpus(speech, RATE);
    const whole = decode(stream);
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 }), (sizes) => {
      expect(decode(stream, sizes)).toEqual(whole);
    }), { numRuns: 30 });
  });

  it.each([
    ['empty packets', { emptyEvery: 3 }],
    ['headers and audio on one page', { onePage: true }],
    ['an end beyond the audio', { endGranule: 10_000_000 }],
  ])('with %s decodes to no less than what was said', (_, options) => {
    const heard = decode(oggOpus(speech, RATE, options));
    expect(heard.length).toBeGreaterThanOrEqual(speech.length);
    expect(heard.length).toBeLessThan(speech.length + RATE * 0.02);
    expect(likeness(speech, heard)).toBeGreaterThan(0.9);
  });

  it('leaves out the pre-skip it is told of', () => {
    expect(decode(oggOpus(speech, RATE, { preSkip: 960, endGranule: 10_000_000 }))).toHaveLength(decode(oggOpus(speech, RATE, { preSkip: 0, endGranule: 10_000_000 })).length - 320);
  });

  it('that is not ended gives all of its audio', () => {
    const { packets } = opusPackets(speech, RATE);
    const stream = Buffer.concat([page([opusHead()], { flags: 2 }), page([OPUS_TAGS]), page(packets)]);
    expect(decode(stream)).toHaveLength(packets.length * 320 - 104);
  });

  it('ignores what follows its end', () => {
    const stream = oggOpus(speech, RATE);
    expect(decode(Buffer.concat([stream, page([new Uint8Array(20)])]))).toHaveLength(speech.length);
  });

  it('takes a second stream for one, in the same chunk as the first or not', () => {
    const stream = oggOpus(speech, RATE);
    const twice = Buffer.concat([stream, stream]);
    expect(decode(twice)).toHaveLength(2 * speech.length);
    expect(decode(twice, [stream.length])).toEqual(decode(twice));
  });

  it('joins a packet that goes over pages', () => {
    const { packets } = opusPackets(speech, RATE);
    const tags = Buffer.concat([OPUS_TAGS, Buffer.alloc(510 - OPUS_TAGS.length + 40)]);
    const stream = Buffer.concat([
      page([opusHead()], { flags: 2 }), page([tags.subarray(0, 510)], { lacing: [255, 255], granule: -1 }), page([tags.subarray(510), ...packets], { flags: 1 }),
    ]);
    expect(decode(stream)).toHaveLength(packets.length * 320 - 104);
  });

  it.each([
    ['no Ogg', Buffer.from('RIFF....WAVE'), 'OggS'],
    ['another version of Ogg', Buffer.from('OggS\x09'), 'version'],
    ['another codec', page([Buffer.from('\x01vorbis')], { flags: 2 }), 'OpusHead is missing'],
    ['a short header', page([opusHead().subarray(0, 12)], { flags: 2 }), 'cut short'],
    ['surround', page([opusHead({ family: 1 })], { flags: 2 }), 'mono'],
    ['another version of Opus', page([opusHead({ version: 16 })], { flags: 2 }), 'version'],
    ['no comment header', Buffer.concat([page([opusHead()], { flags: 2 }), page([Buffer.from('audio')])]), 'OpusTags is missing'],
    ['a packet without end', Buffer.concat([page([opusHead()], { flags: 2 }), ...Array<Buffer>(3).fill(page([Buffer.alloc(255 * 255)], { flags: 1, lacing: Array<number>(255).fill(255) }))]), 'over 65536'],
  ])('refuses %s, saying why', (_, stream, reason) => {
    expect(() => decode(stream)).toThrowError(reason);
  });

  it('gives samples or a coded error for any bytes', () => {
    const stream = oggOpus(speech.subarray(0, 3000), RATE);
    const damage = fc.array(fc.tuple(fc.nat(stream.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    const survives = (bytes: Uint8Array) => {
      try {
        decode(bytes, [311]);
      } catch (error) {
        expect(VisavisError.isInstance(error) && error.code).toBe('invalidRequest');
      }
    };
    fc.assert(fc.property(damage, (changes) => {
      const broken = Buffer.from(stream);
      for (const [at, value] of changes) broken[at] = value;
      survives(broken);
    }), { numRuns: 200 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => survives(Buffer.concat([page([opusHead()], { flags: 2 }), page([OPUS_TAGS]), page([bytes])]))));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), survives));
  });
});
