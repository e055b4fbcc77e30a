/** Decides which signal every target of a face follows. Free of three.js, as aliases.ts is. */
import { CHANNEL, VISEME_NAMES, WEIGHT_COUNT } from '@visavis/face';
import { sideOf, signalOf } from './aliases.js';
import { APERTURE_SIGNAL, JAW_NET_SIGNAL, PAIR_NAMES, PAIR_SIGNAL, SPEECH_SIGNALS, VISEME_SIGNAL } from './signals.js';

/** How a face speaks: by ARKit's shapes, by visemes, by opening its mouth only, or not at all. */
export type Speech = 'arkit' | 'visemes' | 'jaw' | 'none';

export interface FacePlan {
  /** Names of targets to the signal they follow; names that mean nothing or are not needed are left out. */
  readonly signals: ReadonlyMap<string, number>;
  readonly speech: Speech;
  /** ARKit weights that have a target of their own, as indices in `ARKIT_NAMES`. */
  readonly weights: readonly number[];
  /** Visemes that are used, as indices in `VISEME_NAMES`. */
  readonly visemes: readonly number[];
}

/** What of a face is driven by what, and the signals of the last weights. */
export interface FaceReading {
  readonly plan: FacePlan;
  /** By signal, each 0..1. */
  readonly values: Float32Array;
  /** How far the lips are open, 0..1; counts where `plan.speech` is `none`. */
  readonly aperture: number;
  /** Takes the 52 weights of a pose. */
  set(weights: Float32Array): void;
  /** Of the targets of one mesh, those to drive. */
  targetsOf(names: readonly string[]): string[];
}

/** Names of targets in a file to what they mean: an ARKit name, `viseme_XX`, or anything else for nothing. */
export type TargetMapping = Readonly<Record<string, string>>;

/** Shapes of speech with which a face does better than with visemes; with visemes absent, three are enough. */
const GOOD_ARKIT = 10;
const SOME_ARKIT = 3;

interface Reading {
  readonly name: string;
  readonly signal: number;
  readonly explicit: boolean;
}

/** `names` of all targets of all meshes, in any order. What `mapping` says of a name holds; the rest is guessed. */
export function planFace(names: Iterable<string>, mapping: TargetMapping = {}): FacePlan {
  const readings = [...new Set(names)].map((name) => read(name, mapping)).filter(({ signal }) => signal >= 0);
  const speech = judge(readings);
  const present = new Set(readings.map(({ signal }) => signal));
  const used = readings.filter((reading) => isUsed(reading, speech, present));
  const signals = new Map(used.map(({ name, signal }) => [name, refine(signal, speech, present)]));
  const followed = [...new Set(used.map(({ signal }) => signal))];
  return {
    signals, speech,
    weights: followed.filter((signal) => signal < WEIGHT_COUNT),
    visemes: followed.filter(isViseme).map((signal) => signal - VISEME_SIGNAL),
  };
}

function read(name: string, mapping: TargetMapping): Reading {
  const explicit = Object.hasOwn(mapping, name);
  return { name, explicit, signal: signalOf(explicit ? mapping[name]! : name) };
}

function judge(readings: readonly Reading[]): Speech {
  const shapes = readings.filter(({ signal }) => SPEECH_SIGNALS.has(signal) || isSpeechPair(signal));
  const visemes = readings.filter(({ signal }) => isViseme(signal) && signal !== VISEME_SIGNAL);
  // What a person has said in a mapping decides alone.
  if (shapes.some(({ explicit }) => explicit) !== visemes.some(({ explicit }) => explicit)) {
    return visemes.some(({ explicit }) => explicit) ? 'visemes' : shapes.length >= SOME_ARKIT ? 'arkit' : 'jaw';
  }
  const jaw = readings.some(({ signal }) => signal === CHANNEL.jawOpen);
  if (jaw && shapes.length >= GOOD_ARKIT) return 'arkit';
  if (visemes.length > 0) return 'visemes';
  if (shapes.length >= SOME_ARKIT) return 'arkit';
  return jaw || readings.some(({ signal }) => signal === APERTURE_SIGNAL) ? 'jaw' : 'none';
}

function isUsed({ signal, explicit }: Reading, speech: Speech, present: ReadonlySet<number>): boolean {
  if (explicit) return true;
  if (isViseme(signal)) return speech === 'visemes';
  if (isPair(signal)) return !hasSide(signal, present) && !(speech === 'visemes' && isSpeechPair(signal));
  if (signal === APERTURE_SIGNAL) return speech !== 'visemes' && !present.has(CHANNEL.jawOpen);
  return speech !== 'visemes' || !SPEECH_SIGNALS.has(signal);
}

/** A jaw that must do without other shapes also does part of their work. */
function refine(signal: number, speech: Speech, present: ReadonlySet<number>): number {
  if (signal !== CHANNEL.jawOpen) return signal;
  if (speech === 'jaw') return APERTURE_SIGNAL;
  return present.has(CHANNEL.mouthClose) ? signal : JAW_NET_SIGNAL;
}

const isViseme = (signal: number): boolean => signal >= VISEME_SIGNAL && signal < VISEME_SIGNAL + VISEME_NAMES.length;
const isPair = (signal: number): boolean => signal >= PAIR_SIGNAL && signal < PAIR_SIGNAL + PAIR_NAMES.length;

function sidesOf(signal: number): readonly number[] {
  const name = PAIR_NAMES[signal - PAIR_SIGNAL]!;
  return [signalOf(`${name}Left`), signalOf(`${name}Right`)];
}

const hasSide = (signal: number, present: ReadonlySet<number>): boolean => sidesOf(signal).some((side) => present.has(side));
const isSpeechPair = (signal: number): boolean => isPair(signal) && SPEECH_SIGNALS.has(sidesOf(signal)[0]!);

/** Of several targets of one mesh that mean the same, the one to drive: drawn twice, a shape is twice as large. */
export function withoutDoubles(names: readonly string[], signals: ReadonlyMap<string, number>, mapping: TargetMapping = {}): string[] {
  const taken = new Map<string, string>();
  for (const name of names) {
    const signal = signals.get(name);
    if (signal === undefined) continue;
    const key = `${signal}${Object.hasOwn(mapping, name) ? name : sideOf(name)}`;
    if (!taken.has(key)) taken.set(key, name);
  }
  return [...taken.values()];
}
