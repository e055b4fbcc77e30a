/** What a system shows for each viseme when it hears speech. */
import { CHANNEL_COUNT, VISEME_NAMES, type Viseme } from '@visavis/face';
import type { Utterance } from '../corpus/flite.js';
import { FPS, type Track } from '../track.js';

export interface Spoken extends Utterance {
  readonly track: Track;
}

/** flite's phones of each viseme. Diphthongs are left out: their middle is neither of their vowels. */
const PHONES: Readonly<Record<Viseme, readonly string[]>> = {
  sil: ['pau'], PP: ['p', 'b', 'm'], FF: ['f', 'v'], TH: ['th', 'dh'], DD: ['t', 'd'], kk: ['k', 'g', 'ng'], CH: ['ch', 'jh', 'sh', 'zh'], SS: ['s', 'z'],
  nn: ['n', 'l'], RR: ['r', 'er'], aa: ['aa', 'ae'], E: ['eh'], ih: ['iy', 'ih'], oh: ['ao', 'ow'], ou: ['uw', 'w'],
};

/** The same for a reader. */
export const SOUNDS = Object.fromEntries(VISEME_NAMES.map((viseme) => [viseme, viseme === 'sil' ? 'silence' : PHONES[viseme].join(' ')])) as Readonly<Record<Viseme, string>>;

/** For each viseme that is said, the pose nearest to the mean of those in the middle of its phones. */
export function typicalPoses(spoken: readonly Spoken[]): Map<Viseme, Float32Array> {
  const found = new Map<Viseme, Float32Array>();
  for (const viseme of VISEME_NAMES) {
    const poses = spoken.flatMap(({ phones, track }) => phones.filter(({ name }) => PHONES[viseme].includes(name))
      .map(({ startMs, endMs }) => track[Math.round(((startMs + endMs) / 2000) * FPS)]).filter((pose) => pose !== undefined));
    if (poses.length > 0) found.set(viseme, nearestToMean(poses));
  }
  return found;
}

function nearestToMean(poses: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(CHANNEL_COUNT);
  for (const pose of poses) pose.forEach((value, i) => { mean[i]! += value / poses.length; });
  const distance = (pose: Float32Array): number => pose.reduce((sum, value, i) => sum + (value - mean[i]!) ** 2, 0);
  return poses.reduce((best, pose) => (distance(pose) < distance(best) ? pose : best));
}
