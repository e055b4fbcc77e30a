/** Reads names of face targets as files have them. Free of three.js: tools that only look at a file use it too. */
import { ARKIT_NAMES, VISEME_NAMES } from '@visavis/face';
import { ALIASES, VISEME_LETTERS } from './alias-table.js';
import { APERTURE_SIGNAL, PAIR_NAMES, PAIR_SIGNAL, TONGUE_RISE_SIGNAL, VISEME_SIGNAL } from './signals.js';

const WEIGHTS: ReadonlyMap<string, number> = new Map(ARKIT_NAMES.map((name, index) => [name.toLowerCase(), index]));
const PAIRS: ReadonlyMap<string, number> = new Map(PAIR_NAMES.map((name, index) => [name.toLowerCase(), PAIR_SIGNAL + index]));

/** Viseme prefixes in use: Oculus and Ready Player Me, VRChat, VRoid, and short ones. */
const VISEME = /^(?:viseme|vrcv|fclmth|phoneme|mth|vis|v)([a-z]{1,7})$/;

/** Visemes of two letters and more that stand without a prefix, as VRM 1 names its vowels; and single capitals, as VRM 0 does. */
const BARE_VISEME = /^(?:aa|ih|ou|ee|oh|[AIUEO])$/;

/**
 * Index of the ARKit weight that a morph target's name means, or -1. Understands letter case (Unreal Live Link's
 * `JawOpen`), sides as `Left`, `_L`, `.L` or a final capital `L` or in front, separators, numbers in front
 * (`A14_Eye_Blink_Left`), a prefix up to the last dot or colon, and the short and vendors' names of the table.
 */
export function weightIndexOf(targetName: string): number {
  const signal = signalOf(targetName);
  return signal < VISEME_SIGNAL ? signal : -1;
}

/** Index of the viseme in `VISEME_NAMES` that a morph target's name means, or -1. */
export function visemeIndexOf(targetName: string): number {
  const signal = signalOf(targetName);
  return signal >= VISEME_SIGNAL && signal < PAIR_SIGNAL ? signal - VISEME_SIGNAL : -1;
}

/** The signal (signals.ts) that a morph target's name stands for, or -1. */
export function signalOf(targetName: string): number {
  const name = targetName.replace(/^[A-Za-z]?\d+[_.\s-]|^.*_(?=Fcl_)/, '');
  const found = readName(name);
  return found >= 0 ? found : readName(name.replace(/^.*[.:](?=.{2})/, ''));
}

/** `L` or `R` where a name says a side that its signal does not have: two targets that are two halves of one. */
export function sideOf(targetName: string): 'L' | 'R' | '' {
  return /left$/i.test(withSide(targetName)) ? 'L' : /right$/i.test(withSide(targetName)) ? 'R' : '';
}

function readName(name: string): number {
  const spelled = keyOf(withSide(name));
  const direct = readKey(spelled);
  if (direct >= 0) return direct;
  const viseme = VISEME.exec(keyOf(name))?.[1] ?? (BARE_VISEME.test(name) ? name.toLowerCase() : '');
  const letters = Object.hasOwn(VISEME_LETTERS, viseme) ? VISEME_LETTERS[viseme] : undefined;
  return letters === undefined ? -1 : VISEME_SIGNAL + VISEME_NAMES.indexOf(letters as (typeof VISEME_NAMES)[number]);
}

function readKey(key: string): number {
  const found = WEIGHTS.get(key) ?? PAIRS.get(key) ?? readAlias(key);
  if (found !== undefined) return found;
  const [, base = '', side = ''] = /^(.+?)(left|right)$/.exec(key) ?? [];
  // The side in front, the side of a vendor's name, and halves of what ARKit has whole.
  return WEIGHTS.get(key.replace(/^(left|right)(.+)$/, '$2$1')) ?? readAlias(base, side) ?? WEIGHTS.get(base) ?? -1;
}

function readAlias(key: string, side = ''): number | undefined {
  const name = Object.hasOwn(ALIASES, key) ? ALIASES[key]! : undefined;
  if (name === undefined) return undefined;
  if (name === 'mouthOpen') return APERTURE_SIGNAL;
  if (name === 'tongueRise') return TONGUE_RISE_SIGNAL;
  if (name.startsWith('viseme_')) return VISEME_SIGNAL + VISEME_NAMES.indexOf(name.slice('viseme_'.length) as (typeof VISEME_NAMES)[number]);
  const plain = name.toLowerCase();
  return WEIGHTS.get(plain + side) ?? PAIRS.get(plain + side) ?? WEIGHTS.get(plain);
}

function withSide(name: string): string {
  return name.replace(/([a-z][._\s-]?)L$|([._\s-])l$/, '$1Left').replace(/([a-z][._\s-]?)R$|([._\s-])r$/, '$1Right');
}

/** Letters of any script, without case. */
function keyOf(name: string): string {
  return name.replace(/[^\p{L}]/gu, '').toLowerCase();
}
