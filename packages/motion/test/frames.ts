/** Made network frames: a mouth that says what it is told, as a network well trained would. */
import { ARTICULATORS, MOTION_CHANNELS, VISEMES, type NetworkFrame } from '../src/network/frame.js';

type Viseme = (typeof VISEMES)[number];

/** A sound, how many frames of 20 ms it lasts, and what of the usual is otherwise. */
export interface Say {
  readonly viseme: Viseme;
  readonly frames: number;
  readonly motion?: Partial<Record<(typeof MOTION_CHANNELS)[number], number>>;
  readonly rest?: Partial<Omit<NetworkFrame, 'visemes' | 'articulation' | 'motion'>>;
}

const JAW: Partial<Record<Viseme, number>> = { sil: 0, PP: 0.06, FF: 0.1, SS: 0.05, CH: 0.08, aa: 0.45, oh: 0.35, E: 0.3 };
const MURMUR = { levelToPeak: -12, levelOverFloor: 30, voicing: 0.9, pitch: 0, arousal: 0.4 };
const STILL = { levelToPeak: -60, levelOverFloor: 0, voicing: 0, pitch: 0, arousal: 0 };

export function say(sounds: readonly Say[]): NetworkFrame[] {
  return sounds.flatMap((sound) => Array.from({ length: sound.frames }, () => frameOf(sound)));
}

export function frameOf({ viseme, motion = {}, rest = {} }: Say): NetworkFrame {
  const jaw = JAW[viseme] ?? 0.15;
  const silent = viseme === 'sil';
  const articulation: Partial<Record<(typeof ARTICULATORS)[number], number>> = {
    jaw, aperture: jaw, closure: viseme === 'PP' ? 1 : 0, labiodental: viseme === 'FF' ? 1 : 0, rounding: viseme === 'ou' ? 1 : 0,
    tip: viseme === 'TH' || viseme === 'DD' ? 1 : 0.2,
  };
  const base = { jawOpen: jaw, mouthFunnel: viseme === 'oh' ? 0.3 : 0, mouthPucker: viseme === 'ou' ? 0.5 : 0, ...motion };
  return {
    visemes: oneHot(VISEMES, viseme), articulation: vector(ARTICULATORS, articulation), motion: vector(MOTION_CHANNELS, base),
    voice: silent ? 0 : 1, ...(silent ? STILL : MURMUR), ...rest,
  };
}

function oneHot(names: readonly string[], name: string): Float32Array {
  return Float32Array.from(names, (one) => (one === name ? 1 : 0));
}

function vector(names: readonly string[], values: Readonly<Record<string, number>>): Float32Array {
  return Float32Array.from(names, (name) => values[name] ?? 0);
}
