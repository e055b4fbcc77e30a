import { BAND } from './spectrum.js';

/** What the mouth is doing, each 0..1 (`jaw` is an opening in ARKit's measure, about 0.5 for a loud /a/). */
export interface Articulation {
  jaw: number;
  /** Lips pressed together, over whatever the jaw does. */
  closure: number;
  rounding: number;
  spread: number;
  /** Teeth together: sibilants. */
  sibilant: number;
  /** Of sibilants, how low: /sh/ against /s/. Lips protrude. */
  hush: number;
  /** Lower lip at the upper teeth: /f v/. */
  tuck: number;
}

export type ArticulatorName = keyof Articulation;

/** Speech this recent makes a gap a closure and not a rest: per 10 ms frame, 120 ms. */
const MEMORY = Math.exp(-10 / 120);

/**
 * Reads the articulators' targets off the relative band levels of each frame. Thresholds are in dB under the speaker's
 * peak, set from the medians of each English phone in read speech: open vowels hold -14..-8 dB between 600 and 1000 Hz
 * where close ones hold -35; nasals and voiced stops leave only their murmur; rounded vowels and glides lack everything
 * above 1.6 kHz; front vowels lack 600-1600 Hz; sibilants lie above 2.6 kHz and nothing else does.
 */
export class ArticulationReader {
  #recent = 0;

  reset(): void {
    this.#recent = 0;
  }

  /** Writes the targets for one frame's band levels and overall level to `out`. */
  read(bands: Float64Array, level: number, out: Articulation): void {
    const murmur = bands[BAND.murmur]!;
    const low = Math.max(murmur, bands[BAND.closeVowel]!);
    const open = bands[BAND.openVowel]!;
    const back = bands[BAND.backVowel]!;
    const front = bands[BAND.frontVowel]!;
    const high = Math.max(bands[BAND.upper]!, bands[BAND.hiss]!);

    const speech = ramp(level, -38, -22);
    const noisy = ramp(high - Math.max(low, open), -2, 10);
    const loudNoise = ramp(high, -36, -20);
    const hummed = humming(bands);
    const gap = this.#recent * ramp(level, -28, -38);
    this.#recent = Math.max(speech, this.#recent * MEMORY);

    out.closure = Math.max(hummed, 0.7 * gap);
    out.sibilant = noisy * loudNoise;
    out.hush = out.sibilant * ramp(bands[BAND.upper]! - bands[BAND.hiss]!, -4, 8);
    out.tuck = noisy * ramp(high, -52, -42) * (1 - loudNoise);
    const vowel = speech * (1 - noisy) * (1 - hummed);
    out.rounding = vowel * ramp(low - Math.max(front, bands[BAND.upper]!), 14, 30);
    out.spread = vowel * ramp(front - Math.max(open, back), -2, 14);
    out.jaw = jawTarget(bands);
  }
}

/** Behind a closed mouth (nasals, voiced stops) only the lowest band is heard: 10 dB over the next, 22 dB over the rest. */
function humming(bands: Float64Array): number {
  const murmur = bands[BAND.murmur]!;
  const rest = Math.max(bands[BAND.openVowel]!, bands[BAND.backVowel]!, bands[BAND.frontVowel]!);
  return ramp(murmur, -34, -24) * ramp(murmur - bands[BAND.closeVowel]!, 4, 9) * ramp(murmur - rest, 14, 22);
}

/** Opening grows with what an open mouth lets out: 600-1600 Hz first, a little with everything above. */
function jawTarget(bands: Float64Array): number {
  return (
    JAW.open * ramp(bands[BAND.openVowel]!, -45, 0) +
    JAW.back * ramp(bands[BAND.backVowel]!, -45, 0) +
    JAW.front * ramp(bands[BAND.frontVowel]!, -45, 0) +
    JAW.high * ramp(bands[BAND.hiss]!, -45, 0)
  );
}

const JAW = { open: 0.28, back: 0.24, front: 0.06, high: 0.09 } as const;

/** 0 at `from`, 1 at `to` (which may lie below), straight between. */
export function ramp(value: number, from: number, to: number): number {
  const t = (value - from) / (to - from);
  return t < 0 ? 0 : t > 1 ? 1 : t;
}
