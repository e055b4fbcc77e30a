import { CHANNEL } from '@visavis/face';
import { channelsOf } from '../../expression/index.js';
import { MOTION_CHANNELS } from '../frame.js';
import { joinLips, partLips } from './lip-gap.js';
import { ramp } from './ramp.js';

/** Lips that speak and do not touch are so far apart at least: over 1 mm, also where every channel pulls at once and the estimate errs by as much. */
const APART_MM = 2.3;
/** Estimated gap of closed lips when nobody speaks. */
const REST_MM = -0.5;

/** Estimated gap of lips that touch: under 1 mm with an error of 0.6 mm and some to spare. */
const TOUCH_MM = 0.1;
/** So much of an open jaw a closure leaves at most to the lips alone. */
const CLOSED_OPENING = 0.06;

/** From none to all of what rounding does to a funnel, by the articulator. */
const ROUNDED_FROM = 0.1;
const ROUNDED_TO = 0.6;
/** Where the lower lip begins to rise to a closure, and where it has risen. */
const SUSPECTED_FROM = 0.1;
const SUSPECTED_TO = 0.4;
/** Share of an open jaw over which rounded lips draw together. */
const DRAWN = 0.1;

/** Channels of a pose that each of MOTION_CHANNELS moves: one, or the left and the right. */
const BASE = MOTION_CHANNELS.map(channelsOf);
/** What parts the lips besides the jaw and the funnel. */
const PARTING = ['mouthLowerDown', 'mouthUpperUp', 'mouthShrugUpper', 'mouthStretch', 'mouthDimple'].flatMap(channelsOf);
/** What hides a tucked lip, and how much of it goes: a rounded mouth tucks it and stays rounded. */
const TUCK_FREES = [['mouthLowerDown', 0.8], ['mouthPress', 0.8], ['mouthFunnel', 0.5], ['mouthPucker', 0.5]] as const;

/** What touches and what is open, each 0..1. */
export interface MouthState {
  /** Lips meet. */
  readonly lips: number;
  /** Lower lip at the upper teeth. */
  readonly teeth: number;
  /** Somebody speaks with open lips. */
  readonly apart: number;
}

/** The 13 captured channels. */
export function writeBase(base: Float32Array, values: Float32Array): void {
  BASE.forEach((channels, i) => {
    for (const channel of channels) values[channel] = base[i]!;
  });
}

/** What moves the channels beyond the captured ones' own word, each 0..1: three visemes, then five articulators. */
export const SOURCES = ['TH', 'CH', 'SS', 'tip', 'protrusion', 'spread', 'rounding', 'closure'] as const;
export type Sources = Record<(typeof SOURCES)[number], number>;

/**
 * Lips that are surely rounded pucker instead of flaring and draw together. The larger of the two stays near the captured one: how
 * round lips are is the capture's word. Sibilants flare.
 */
export function roundLips({ rounding, CH }: Sources, values: Float32Array): void {
  const turned = ramp(rounding * (1 - CH), ROUNDED_FROM, ROUNDED_TO);
  const pucker = values[CHANNEL.mouthPucker]!;
  const flared = Math.max(0, values[CHANNEL.mouthFunnel]! - pucker);
  values[CHANNEL.mouthPucker] = pucker + flared * Math.min(1, 2 * turned);
  values[CHANNEL.mouthFunnel]! *= 1 - 0.8 * turned;
  values[CHANNEL.mouthClose] = DRAWN * turned * values[CHANNEL.jawOpen]!;
}

/**
 * The tongue at the teeth, the jaw of sibilants, lips that protrude, corners that follow the lower lip, and the lower lip
 * halfway to a closure that is only suspected: the jaw's and the press's course stays the captured one.
 */
export function addArticulation({ TH, CH, SS, tip, protrusion, spread, closure }: Sources, values: Float32Array): void {
  add(values, 'tongueOut', 0.3 * TH + 0.12 * Math.max(0, tip - 0.6) * visible(values[CHANNEL.jawOpen]!));
  add(values, 'jawForward', 0.1 * CH + 0.05 * SS + 0.03 * protrusion);
  add(values, 'mouthShrugLower', 0.08 * protrusion + 0.2 * ramp(closure, SUSPECTED_FROM, SUSPECTED_TO));
  add(values, 'mouthFrown', 0.12 * values[CHANNEL.mouthLowerDownLeft]! * (1 - spread));
}

const SMILES = [
  { smile: CHANNEL.mouthSmileLeft, cheekSquint: CHANNEL.cheekSquintLeft, eyeSquint: CHANNEL.eyeSquintLeft },
  { smile: CHANNEL.mouthSmileRight, cheekSquint: CHANNEL.cheekSquintRight, eyeSquint: CHANNEL.eyeSquintRight },
];

/** A smile reaches the cheeks and the eyes. */
export function coupleSmile(values: Float32Array): void {
  for (const { smile, cheekSquint, eyeSquint } of SMILES) {
    values[cheekSquint]! += 0.35 * values[smile]!;
    values[eyeSquint]! += 0.15 * values[smile]!;
  }
}

/** Nobody's mouth moves straight: `side` -1..1, positive to the avatar's left, shifts jaw and lips a little as they open. */
export function addAsymmetry(side: number, values: Float32Array): void {
  const open = Math.min(1, 3 * values[CHANNEL.jawOpen]!);
  const [left, right] = [open * Math.max(0, side), open * Math.max(0, -side)];
  add(values, 'jawLeft', 0.03 * left);
  add(values, 'jawRight', 0.03 * right);
  add(values, 'mouthLeft', 0.05 * left);
  add(values, 'mouthRight', 0.05 * right);
}

/** Makes contacts touch and keeps the rest apart, whatever else the pose says. `puff`: pressure behind closed lips, 0..1. */
export function enforceContacts({ lips, teeth, apart }: MouthState, puff: number, values: Float32Array): void {
  tuckLip(teeth * (1 - lips), values);
  partLips(values, REST_MM + (APART_MM - REST_MM) * Math.max(apart, teeth), teeth > 0.5);
  closeLips(lips, puff, values);
}

function tuckLip(amount: number, values: Float32Array): void {
  if (amount === 0) return;
  const jaw = values[CHANNEL.jawOpen]!;
  values[CHANNEL.jawOpen] = jaw + amount * (Math.min(0.14, Math.max(0.07, jaw)) - jaw);
  for (const [name, share] of TUCK_FREES) for (const channel of CHANNELS[name]!) values[channel]! *= 1 - share * amount;
  raise(values, 'mouthRollLower', 0.5 * amount);
  raise(values, 'mouthUpperUp', 0.2 * amount);
  add(values, 'mouthShrugLower', 0.06 * amount);
}

/**
 * The jaw comes up by a fifth, the lips press, and mouthClose, which is relative to the jaw, does what is still missing and no
 * more: captured mouths that close keep some of their opening, and rounded ones stay rounded.
 */
function closeLips(amount: number, puff: number, values: Float32Array): void {
  if (amount === 0) return;
  const jaw = values[CHANNEL.jawOpen]! * (1 - amount / 5);
  const pressing = amount * (0.3 + Math.min(0.7, 2 * jaw));
  values[CHANNEL.jawOpen] = jaw;
  for (const channel of PARTING) values[channel]! *= 1 - amount;
  values[CHANNEL.tongueOut]! *= 1 - amount;
  pressLips(pressing, values);
  add(values, 'cheekPuff', 0.14 * amount * puff);
  const [close, funnel] = [values[CHANNEL.mouthClose]!, values[CHANNEL.mouthFunnel]!];
  joinLips(values, TOUCH_MM, CLOSED_OPENING);
  values[CHANNEL.mouthClose] = close + amount * (values[CHANNEL.mouthClose]! - close);
  values[CHANNEL.mouthFunnel] = funnel + amount * (values[CHANNEL.mouthFunnel]! - funnel);
}

/** `amount` 0..1. */
function pressLips(amount: number, values: Float32Array): void {
  add(values, 'mouthPress', 0.3 * amount);
  add(values, 'mouthRollLower', 0.18 * amount);
  add(values, 'mouthRollUpper', 0.15 * amount);
  add(values, 'mouthShrugLower', 0.09 * amount);
}

/** The tongue is seen where the teeth are apart. */
function visible(jaw: number): number {
  return Math.min(1, 5 * jaw);
}

function add(values: Float32Array, name: string, weight: number): void {
  for (const channel of CHANNELS[name]!) values[channel]! += weight;
}

function raise(values: Float32Array, name: string, weight: number): void {
  for (const channel of CHANNELS[name]!) values[channel] = Math.max(values[channel]!, weight);
}

const CHANNELS: Readonly<Record<string, readonly number[]>> = Object.fromEntries([
  'tongueOut', 'jawForward', 'jawLeft', 'jawRight', 'mouthLeft', 'mouthRight', 'mouthShrugLower', 'mouthFrown', 'mouthRollLower', 'mouthRollUpper',
  'mouthUpperUp', 'mouthPress', 'mouthLowerDown', 'mouthFunnel', 'mouthPucker', 'cheekPuff',
].map((name) => [name, channelsOf(name)]));
