import { describe, expect, it } from 'vitest';
import { tone, whiteNoise } from '../../test/voice.js';
import { Fft } from '../fft.js';
import { BAND, BAND_COUNT, HOP, SPECTRUM_AHEAD, SpectrumStream } from './spectrum.js';

it('the transform equals the definition of the discrete Fourier transform', () => {
  const size = 32;
  const re = Float64Array.from(whiteNoise(size, 1));
  const im = Float64Array.from(whiteNoise(size + 5, 1).subarray(5));
  const [inRe, inIm] = [re.slice(), im.slice()];
  new Fft(size).transform(re, im);
  for (let k = 0; k < size; k++) {
    let [sumRe, sumIm] = [0, 0];
    for (let n = 0; n < size; n++) {
      const angle = (-2 * Math.PI * k * n) / size;
      sumRe += inRe[n]! * Math.cos(angle) - inIm[n]! * Math.sin(angle);
      sumIm += inRe[n]! * Math.sin(angle) + inIm[n]! * Math.cos(angle);
    }
    expect(re[k]).toBeCloseTo(sumRe, 10);
    expect(im[k]).toBeCloseTo(sumIm, 10);
  }
});

function analyse(samples: Float32Array): Float64Array[] {
  const analyses: Float64Array[] = [];
  new SpectrumStream().push(samples, (bands) => analyses.push(bands.slice()));
  return analyses;
}

describe('bands', () => {
  it.each([[200, BAND.murmur], [450, BAND.closeVowel], [800, BAND.openVowel], [1_300, BAND.backVowel], [2_000, BAND.frontVowel], [3_300, BAND.upper], [6_000, BAND.hiss]])(
    'a full-scale tone of %i Hz measures 0.5 in its band, next to nothing elsewhere',
    (hz, band) => {
      const bands = analyse(tone(hz, 16_000, 1_600, 1))[5]!;
      expect(bands[band]).toBeCloseTo(0.5, 1);
      for (let other = 0; other < BAND_COUNT; other++) if (other !== band) expect(bands[other]).toBeLessThan(0.01);
    },
  );

  it('are centred on their time', () => {
    const click = new Float32Array(3_200);
    click[10 * HOP] = 1;
    const powers = analyse(click).map((bands) => bands[BAND.hiss]!);
    expect(powers.indexOf(Math.max(...powers))).toBe(10);
    expect(powers[9]).toBeCloseTo(powers[11]!, 3);
  });

  it('come as soon as their window is full', () => {
    const samples = new Float32Array(SPECTRUM_AHEAD + HOP);
    expect(analyse(samples)).toHaveLength(2);
    expect(analyse(samples.subarray(1))).toHaveLength(1);
  });
});
