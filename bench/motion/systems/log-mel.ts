/** Log-mel energies every 10 ms, for the ridge regression. */
import { SAMPLE_RATE } from '../track.js';
import { Fft } from './fft.js';

export const MEL_BANDS = 40;
const HOP = SAMPLE_RATE / 100;
const WINDOW = 400;
const FFT_SIZE = 512;
const LOW_HZ = 60;
const HIGH_HZ = 7_600;
/** Digital silence gets this floor, about -90 dBFS. */
const FLOOR = 1e-6;

/** Row k is the window centred at k * 10 ms; MEL_BANDS values a row. */
export function logMel(samples: Float32Array): Float32Array[] {
  const bands = melBands();
  const fft = new Fft(FFT_SIZE);
  const [re, im] = [new Float64Array(FFT_SIZE), new Float64Array(FFT_SIZE)];
  return Array.from({ length: Math.ceil(samples.length / HOP) }, (_, k) => {
    re.fill(0);
    im.fill(0);
    const from = k * HOP - WINDOW / 2;
    for (let i = 0; i < WINDOW; i++) re[i] = (samples[from + i] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / WINDOW));
    fft.transform(re, im);
    return Float32Array.from(bands, (band) => {
      let energy = FLOOR;
      for (const { bin, share } of band) energy += share * (re[bin]! ** 2 + im[bin]! ** 2);
      return Math.log(energy);
    });
  });
}

/** Triangles even on the mel scale. */
function melBands(): { bin: number; share: number }[][] {
  const mel = (hz: number): number => 1127 * Math.log1p(hz / 700);
  const edges = Array.from({ length: MEL_BANDS + 2 }, (_, i) => {
    const at = mel(LOW_HZ) + ((mel(HIGH_HZ) - mel(LOW_HZ)) * i) / (MEL_BANDS + 1);
    return (700 * Math.expm1(at / 1127) * FFT_SIZE) / SAMPLE_RATE;
  });
  return Array.from({ length: MEL_BANDS }, (_, i) => {
    const [low, top, high] = [edges[i]!, edges[i + 1]!, edges[i + 2]!];
    const bins = Array.from({ length: FFT_SIZE / 2 + 1 }, (_, bin) => ({
      bin, share: Math.max(0, Math.min((bin - low) / (top - low), (high - bin) / (high - top))),
    })).filter(({ share }) => share > 0);
    // The lowest triangles are narrower than a bin: they take the nearest.
    return bins.length > 0 ? bins : [{ bin: Math.round(top), share: 1 }];
  });
}
