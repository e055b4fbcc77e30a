/**
 * Signals: the numbers that a face's targets and bones can follow. The 52 weights come first, then the 15 visemes, then
 * both sides of a pair as one, then how far the lips and the jaw are open, then the lift of the tongue. Names in files are read in aliases.ts.
 */
import { ARKIT_NAMES, CHANNEL, VISEME_NAMES, WEIGHT_COUNT, type ArkitName } from '@visavis/face';
import { tongueRise } from './tongue-rise.js';

/** Weights whose left and right sides some faces have as one target, without the side. */
export const PAIR_NAMES: readonly string[] = ARKIT_NAMES
  .filter((name) => name.endsWith('Left') && !/^(jaw|mouth)Left$|Look(In|Out)/.test(name))
  .map((name) => name.slice(0, -'Left'.length));

const PAIRS = PAIR_NAMES.map((name) => [CHANNEL[`${name}Left` as ArkitName], CHANNEL[`${name}Right` as ArkitName]] as const);

export const VISEME_SIGNAL = WEIGHT_COUNT;
export const PAIR_SIGNAL = VISEME_SIGNAL + VISEME_NAMES.length;

/** How far the lips are apart, 0..1: for a face that can do nothing but open its mouth. */
export const APERTURE_SIGNAL = PAIR_SIGNAL + PAIR_NAMES.length;

/** `jawOpen` less `mouthClose`: for a face that cannot close its lips over an open jaw. */
export const JAW_NET_SIGNAL = APERTURE_SIGNAL + 1;

/** How high a tongue's tip is lifted on its way out. */
export const TONGUE_RISE_SIGNAL = JAW_NET_SIGNAL + 1;

export const SIGNAL_COUNT = TONGUE_RISE_SIGNAL + 1;

/** Weights that speech is made of, which visemes stand for where a face has no such targets. Smiles and cheeks are not. */
export const SPEECH_SIGNALS: ReadonlySet<number> = new Set(ARKIT_NAMES.flatMap((name, i) =>
  (/^jawOpen$|^mouth(Close|Funnel|Pucker|Stretch|Roll|Shrug|Press|LowerDown|UpperUp)/.test(name) ? [i] : [])));

/** What opens the lips and what shuts them, in shares of a jaw that is wide open; set by eye on the 15 visemes. */
const APERTURE: readonly (readonly [weight: ArkitName, share: number])[] = [
  ['jawOpen', 1], ['mouthClose', -0.9], ['mouthFunnel', 0.12], ['mouthShrugLower', -0.35], ['mouthRollLower', -0.3],
  ['mouthLowerDownLeft', 0.17], ['mouthLowerDownRight', 0.17], ['mouthUpperUpLeft', 0.1], ['mouthUpperUpRight', 0.1],
  ['mouthPressLeft', -0.1], ['mouthPressRight', -0.1],
];

const APERTURE_TERMS = APERTURE.map(([name, share]) => [CHANNEL[name], share] as const);

/** How far the lips are apart, 0..1, by the weights of a pose. */
export function apertureOf(weights: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < APERTURE_TERMS.length; i++) sum += weights[APERTURE_TERMS[i]![0]]! * APERTURE_TERMS[i]![1];
  return sum > 0 ? Math.min(1, sum) : 0;
}

/** Fills everything but the visemes of `signals` from 52 weights. */
export function fillSignals(weights: Float32Array, signals: Float32Array): void {
  signals.set(weights);
  for (let i = 0; i < PAIRS.length; i++) signals[PAIR_SIGNAL + i] = (weights[PAIRS[i]![0]]! + weights[PAIRS[i]![1]]!) / 2;
  signals[APERTURE_SIGNAL] = apertureOf(weights);
  signals[JAW_NET_SIGNAL] = Math.max(0, weights[CHANNEL.jawOpen]! - weights[CHANNEL.mouthClose]!);
  signals[TONGUE_RISE_SIGNAL] = tongueRise(weights[CHANNEL.tongueOut]!);
}
