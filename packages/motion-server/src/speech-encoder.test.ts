import { describe, expect, it } from 'vitest';
import { createRequire } from 'node:module';
import { decodePackets } from '../test/opus-decoder.js';
import { nativeOpus, PRE_SKIP, scriptOpus } from './opus.js';
import { opusRateFor, SpeechEncoder } from './speech-encoder.js';

const FACTORIES = [['native', nativeOpus], ['WebAssembly', scriptOpus]] as const;
const RATES = [8000, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
const CLICK_S = 0.4;

/** A short burst about 800 Hz, its peak at CLICK_S; well inside every rate's band. */
const burst = (t: number) => Math.exp(-(((t - CLICK_S) / 0.0015) ** 2)) * Math.cos(2 * Math.PI * 800 * (t - CLICK_S));
const clickAt = (rate: number) => Float32Array.from({ length: Math.round(rate * 0.83) }, (_, i) => 0.6 * burst(i / rate));

/** How many samples at 48 kHz `heard` lies after the click it should be. */
function lag(heard: Float32Array): number {
  let best = { sum: -Infinity, lag: 0 };
  for (let lag = -500; lag <= 500; lag++) {
    let sum = 0;
    for (let i = 18_800; i < 19_600; i++) sum += burst(i / 48_000) * (heard[i + lag] ?? 0);
    if (sum > best.sum) best = { sum, lag };
  }
  return best.lag;
}

function encode(encoder: SpeechEncoder, samples: Float32Array, piece: number): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (let at = 0; at < samples.length; at += piece) packets.push(...encoder.push(samples.subarray(at, at + piece)));
  return [...packets, ...encoder.flush()];
}

describe.each(FACTORIES)('speech through the %s encoder', (_, load) => {
  it.each(RATES)('at %i Hz is heard where it was said', (rate) => {
    const encoder = new SpeechEncoder(rate, load());
    const samples = clickAt(rate);
    const packets = encode(encoder, samples, 777);
    const heard = decodePackets(packets).subarray(PRE_SKIP);
    // Voice mode's high-pass turns phases a little: 4 samples are 0.08 ms.
    expect(Math.abs(lag(heard))).toBeLessThanOrEqual(4);
    expect(encoder.totalSamples).toBe(Math.round((samples.length * 48_000) / rate));
    expect(heard.length).toBeGreaterThanOrEqual(encoder.totalSamples);
    expect(heard.length - encoder.totalSamples).toBeLessThan(960);
    encoder.dispose();
  });

  it('is the same for a second request, after one that was cut off', () => {
    const encoder = new SpeechEncoder(24_000, load());
    const first = encode(encoder, clickAt(24_000), 500);
    encoder.reset();
    encoder.push(clickAt(24_000).subarray(0, 5001));
    encoder.reset();
    expect(encode(encoder, clickAt(24_000), 12_000).map((packet) => [...packet])).toEqual(first.map((packet) => [...packet]));
    encoder.dispose();
  });

  it('makes no packets of nothing', () => {
    const encoder = new SpeechEncoder(16_000, load());
    expect(encoder.flush()).toEqual([]);
    expect(encoder.totalSamples).toBe(0);
    encoder.dispose();
  });
});

it('the pre-skip is what libopus says of itself', () => {
  const require = createRequire(import.meta.url);
  type Ctl = { ctl(request: number): number };
  const { Encoder } = require('@evan/opus') as { Encoder: new (options: object) => Ctl };
  for (const rate of [8000, 12_000, 16_000, 24_000, 48_000]) {
    const lookahead = new Encoder({ channels: 1, sample_rate: rate, application: 'voip' }).ctl(4027);
    expect((lookahead * 48_000) / rate).toBe(PRE_SKIP);
  }
});

it('works at the rate of the input, or at the next that Opus has', () => {
  expect(RATES.map(opusRateFor)).toEqual([8000, 12_000, 16_000, 24_000, 24_000, 48_000, 48_000, 48_000]);
});
