import { seededRandom } from '@visavis/face';

/** Made-up speech: a buzz through moving formants, in syllables with pauses and hisses between; int16 samples. */
export function syntheticSpeech(ms: number, sampleRate = 16_000): Int16Array {
  const random = seededRandom(3);
  const samples = new Int16Array(Math.round((ms * sampleRate) / 1000));
  let at = 0;
  while (at < samples.length) {
    const length = Math.round(sampleRate * (0.08 + 0.17 * random()));
    const kind = random();
    const pitch = 100 + 60 * random();
    const formants = [300 + 500 * random(), 900 + 1400 * random()];
    for (let i = 0; i < length && at < samples.length; i++, at++) {
      const edge = Math.min(1, i / (0.01 * sampleRate), (length - i) / (0.01 * sampleRate));
      samples[at] = 9000 * edge * (kind < 0.15 ? 0 : kind < 0.3 ? 0.3 * (random() - 0.5) : buzz(at / sampleRate, pitch, formants));
    }
  }
  return samples;
}

function buzz(t: number, pitch: number, formants: readonly number[]): number {
  let sum = 0;
  for (let hz = pitch; hz < 3500; hz += pitch) {
    const gain = formants.reduce((total, formant) => total + 1 / (1 + ((hz - formant) / 90) ** 2), 0);
    sum += 0.4 * gain * Math.sin(2 * Math.PI * hz * t);
  }
  return sum;
}

export function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** Speech as request bytes. */
export function speechBytes(ms: number, sampleRate = 16_000): Uint8Array {
  return bytesOf(syntheticSpeech(ms, sampleRate));
}
