import { CHANNEL, seededRandom, type ChannelName } from '@visavis/face';

/** Made-up speech for tests: sounds with known articulation, at any sample rate. */
export interface Sound {
  readonly ms: number;
  /** Formants in Hz of a voiced sound, pitch 130 Hz. */
  readonly formants?: readonly number[];
  /** Level of noise above `noiseFromHz`. */
  readonly noise?: number;
}

export const SILENCE: Sound = { ms: 200 };
export const AH: Sound = { ms: 200, formants: [750, 1_250, 2_600] };
export const EE: Sound = { ms: 200, formants: [280, 2_300, 3_000] };
export const OO: Sound = { ms: 200, formants: [300, 750] };
export const MM: Sound = { ms: 120, formants: [130] };
export const SS: Sound = { ms: 150, noise: 0.15 };

/** About a second of babble with stops, nasals and sibilants. */
export const BABBLE: readonly Sound[] = [
  { ms: 80 }, AH, MM, EE, { ms: 60 }, OO, SS, AH, { ms: 90 }, EE,
];

export function speak(sounds: readonly Sound[], sampleRate = 16_000, gain = 1): Float32Array {
  return join(sounds.map((sound) => utter(sound, sampleRate))).map((sample) => sample * gain);
}

function utter({ ms, formants, noise }: Sound, sampleRate: number): Float32Array {
  const samples = new Float32Array(Math.round((ms * sampleRate) / 1000));
  if (formants) addVoice(samples, formants, sampleRate);
  if (noise) addHiss(samples, noise);
  const edge = sampleRate * 0.005;
  return samples.map((sample, i) => sample * Math.min(1, i / edge, (samples.length - 1 - i) / edge));
}

function addVoice(samples: Float32Array, formants: readonly number[], sampleRate: number): void {
  for (let hz = 130; hz < Math.min(4_000, sampleRate / 2); hz += 130) {
    const gain = formants.reduce((sum, formant, i) => sum + 0.2 / (i + 1) ** 2 / (1 + ((hz - formant) / (60 + 0.04 * formant)) ** 2), 0);
    for (let i = 0; i < samples.length; i++) samples[i]! += gain * Math.sin((2 * Math.PI * hz * i) / sampleRate);
  }
}

/** White noise differenced twice: it rises 12 dB an octave. */
function addHiss(samples: Float32Array, level: number): void {
  const white = whiteNoise(samples.length + 2, level);
  for (let i = 0; i < samples.length; i++) samples[i]! += (white[i]! - 2 * white[i + 1]! + white[i + 2]!) / 4;
}

export function whiteNoise(length: number, level: number): Float32Array {
  const random = seededRandom(7);
  return Float32Array.from({ length }, () => level * (2 * random() - 1));
}

export function tone(hz: number, sampleRate: number, length: number, amplitude = 0.9): Float32Array {
  return Float32Array.from({ length }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / sampleRate));
}

export function weightOf(values: Float32Array, name: ChannelName): number {
  return values[CHANNEL[name]]!;
}

/** Cuts samples at the given lengths, over and over. */
export function cut<T extends { length: number; subarray(from: number, to: number): T }>(whole: T, sizes: readonly number[]): T[] {
  const parts: T[] = [];
  for (let at = 0, i = 0; at < whole.length; i++) {
    const size = sizes[i % sizes.length]!;
    parts.push(whole.subarray(at, at + size));
    at += size;
  }
  return parts;
}

export function join(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
