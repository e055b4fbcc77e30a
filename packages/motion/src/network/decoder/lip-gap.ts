import { CHANNEL } from '@visavis/face';
import { channelsOf } from '../../expression/index.js';

/**
 * Millimetres between the lips for a weight of 1: the average of both sides where there are two. A straight line fitted to
 * the default avatar's own shapes (38,528 random poses with a gap of -2.5 to 6 mm): where its lips are within a
 * millimetre of 1 mm apart, 98 % of the errors are under 0.26 mm and the largest is 0.47 mm. Bench `lip-gap.ts` is the reference; the test
 * of this file compares the two. An avatar that differs is brought to this measure by its manifest's `shaping`.
 */
const MM = {
  jawForward: 1.4, mouthFunnel: 10.7, mouthPucker: -2.9, mouthSmile: -2.4, mouthStretch: 0.5, mouthLowerDown: 3.9, mouthUpperUp: 4.9, mouthPress: -2.4,
  mouthRollLower: -2.8, mouthRollUpper: -1.2, mouthDimple: 0.4, mouthShrugUpper: 3.5, mouthShrugLower: -5.1, mouthFrown: 0.1, noseSneer: 0.2,
  cheekPuff: -1.1,
} as const;
/** At rest the lips press into each other a little. */
const REST_MM = -0.44;
/** Of an open jaw, and the avatar's own bounds on it: factor and ceiling. */
const JAW_MM = 34.1;
const JAW_GAIN = 0.82;
const JAW_CEILING = 0.85;
/** The lips are parted in these proportions, so that the jaw, and with it the teeth, stay as they are. */
const UPPER_SHARE = 0.6;

const TERMS = Object.entries(MM).flatMap(([name, mm]) => {
  const channels = channelsOf(name);
  return channels.map((channel) => ({ channel, mm: mm / channels.length }));
});
const LOWER = channelsOf('mouthLowerDown');
const UPPER = channelsOf('mouthUpperUp');

/** Estimated gap in millimetres between the lips of a pose's 58 values. */
export function estimateLipGap(values: Float32Array): number {
  const jaw = JAW_CEILING * Math.tanh((JAW_GAIN * values[CHANNEL.jawOpen]!) / JAW_CEILING);
  let gap = REST_MM + JAW_MM * (jaw - Math.min(jaw, values[CHANNEL.mouthClose]!));
  for (const { channel, mm } of TERMS) gap += mm * values[channel]!;
  return gap;
}

/**
 * Brings the lips of a pose together, in place, until the estimate says `mm`: by `mouthClose` as far as it is needed, and where
 * the whole of the jaw is not enough by taking the funnel back. `left`: of an open jaw, `mouthClose` leaves so much at most.
 */
export function joinLips(values: Float32Array, mm: number, left: number): void {
  const jaw = values[CHANNEL.jawOpen]!;
  values[CHANNEL.mouthClose] = 0;
  const needed = (estimateLipGap(values) - mm) / JAW_MM;
  values[CHANNEL.mouthClose] = Math.min(jaw, Math.max(0, jaw - left, needed));
  const over = Math.max(0, estimateLipGap(values) - mm) / MM.mouthFunnel;
  values[CHANNEL.mouthFunnel] = Math.max(0, values[CHANNEL.mouthFunnel]! - over);
}

/** Parts the lips of a pose, in place, until the estimate says `mm` at least. `upperOnly`: the lower lip is held. */
export function partLips(values: Float32Array, mm: number, upperOnly: boolean): void {
  const missing = mm - estimateLipGap(values);
  if (missing <= 0) return;
  const lower = upperOnly ? 0 : missing / (MM.mouthLowerDown + UPPER_SHARE * MM.mouthUpperUp);
  const upper = upperOnly ? missing / MM.mouthUpperUp : UPPER_SHARE * lower;
  for (const channel of LOWER) values[channel] = Math.min(1, values[channel]! + lower);
  for (const channel of UPPER) values[channel] = Math.min(1, values[channel]! + upper);
}
