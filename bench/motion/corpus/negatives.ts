/** Sounds that are no speech and must leave the mouth still, made here from a seed: music, noise, hum. */
import { seededRandom, type Random } from '@visavis/face';
import { SAMPLE_RATE } from '../track.js';

export interface Negative {
  readonly name: 'music' | 'noise' | 'hum';
  readonly samples: Float32Array;
}

const SECONDS = 60;
const PEAK = 0.4;

export function makeNegatives(seconds = SECONDS): Negative[] {
  return [
    { name: 'music', samples: normalised(music(seededRandom(1), seconds)) },
    { name: 'noise', samples: normalised(noise(seededRandom(2), seconds)) },
    { name: 'hum', samples: normalised(hum(seededRandom(3), seconds)) },
  ];
}

/** A tune over chords with a drum: tones of some harmonics that ring out, at 110 beats a minute. */
function music(random: Random, seconds: number): Float32Array {
  const out = new Float32Array(seconds * SAMPLE_RATE);
  const beatS = 60 / 110;
  const scale = [0, 2, 4, 7, 9];
  for (let beat = 0; beat * beatS < seconds; beat++) {
    const root = 110 * 2 ** ([0, 5, 7, 3][Math.floor(beat / 4) % 4]! / 12);
    if (beat % 4 === 0) for (const step of [0, 4, 7]) addTone(out, beat * beatS, root * 2 ** (step / 12), 4 * beatS, 0.12);
    for (const half of [0, 0.5]) {
      if (random() < 0.25) continue;
      const step = scale[Math.floor(random() * scale.length)]! + 12 * (1 + Math.floor(random() * 2));
      addTone(out, (beat + half) * beatS, root * 2 ** (step / 12), uniform(random, 0.3, 1) * beatS, 0.25);
    }
    addDrum(out, beat * beatS, random);
  }
  return out;
}

function addTone(out: Float32Array, startS: number, hz: number, lengthS: number, level: number): void {
  const from = Math.round(startS * SAMPLE_RATE);
  const count = Math.min(Math.round(lengthS * SAMPLE_RATE), out.length - from);
  for (let i = 0; i < count; i++) {
    const timeS = i / SAMPLE_RATE;
    const envelope = Math.min(1, timeS / 0.01) * Math.exp(-3 * timeS / lengthS) * Math.min(1, (count - i) / 160);
    let value = 0;
    for (let harmonic = 1; harmonic <= 8 && harmonic * hz < 7_000; harmonic++) value += Math.sin(2 * Math.PI * harmonic * hz * timeS) / harmonic ** 1.3;
    out[from + i]! += level * envelope * value;
  }
}

function addDrum(out: Float32Array, startS: number, random: Random): void {
  const from = Math.round(startS * SAMPLE_RATE);
  for (let i = 0; i < 0.12 * SAMPLE_RATE && from + i < out.length; i++) out[from + i]! += 0.2 * (2 * random() - 1) * Math.exp(-i / (0.02 * SAMPLE_RATE));
}

/** Wind, rain, traffic: noise of a colour and level that wander, and knocks now and then. */
function noise(random: Random, seconds: number): Float32Array {
  const out = new Float32Array(seconds * SAMPLE_RATE);
  const colour = wander(random, seconds, 0.5, 0.3, 0.97);
  const level = wander(random, seconds, 1, 0.1, 1);
  let held = 0;
  for (let i = 0; i < out.length; i++) {
    held = colour(i) * held + (1 - colour(i)) * (2 * random() - 1);
    out[i] = level(i) * held / Math.sqrt((1 - colour(i)) / (1 + colour(i)));
  }
  for (let timeS = 2; timeS < seconds; timeS += uniform(random, 1, 5)) addDrum(out, timeS, random);
  return out;
}

/** Mains and motors: a low tone and its harmonics, drifting and beating. */
function hum(random: Random, seconds: number): Float32Array {
  const out = new Float32Array(seconds * SAMPLE_RATE);
  for (const [base, share] of [[50, 1], [120, 0.6], [173, 0.4]] as const) {
    const drift = wander(random, seconds, 2, 0.97, 1.03);
    const level = wander(random, seconds, 3, 0.2, 1);
    let phase = 0;
    for (let i = 0; i < out.length; i++) {
      phase += (2 * Math.PI * base * drift(i)) / SAMPLE_RATE;
      let value = 0;
      for (let harmonic = 1; harmonic <= 6; harmonic++) value += Math.sin(harmonic * phase) / harmonic;
      out[i]! += share * level(i) * value;
    }
  }
  return out;
}

/** A value that goes from one random place to the next every `stepS`, by sample. */
function wander(random: Random, seconds: number, stepS: number, low: number, high: number): (sample: number) => number {
  const places = Array.from({ length: Math.ceil(seconds / stepS) + 2 }, () => uniform(random, low, high));
  return (sample) => {
    const at = sample / SAMPLE_RATE / stepS;
    const first = Math.floor(at);
    return places[first]! + (places[first + 1]! - places[first]!) * (at - first);
  };
}

function normalised(samples: Float32Array): Float32Array {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return samples.map((sample) => (sample * PEAK) / peak);
}

function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}
