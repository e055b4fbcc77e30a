import { ARKIT_NAMES, VISEME_NAMES, type ArkitName } from '@visavis/face';
import type { Speech } from '../rig/index.js';
import type { Verdict } from './report.js';

/**
 * What each shape is worth to speech. The order is that of how often and how visibly speech uses them; the numbers are
 * ours, set by eye on the 15 visemes, and add up to 1 over both sides.
 */
const WORTH: Readonly<Partial<Record<string, number>>> = {
  jawOpen: 0.24, mouthClose: 0.12, mouthFunnel: 0.11, mouthPucker: 0.11, mouthRollLower: 0.06, mouthRollUpper: 0.03, mouthShrugLower: 0.04,
  mouthPress: 0.05, mouthLowerDown: 0.07, mouthUpperUp: 0.05, mouthStretch: 0.05, mouthSmile: 0.05, tongueOut: 0.02,
};

/** The weightiest first. */
const SPOKEN: readonly { readonly name: ArkitName; readonly worth: number }[] = ARKIT_NAMES.flatMap((name) => {
  const whole = WORTH[name];
  const side = WORTH[name.replace(/(Left|Right)$/, '')];
  return whole !== undefined ? [{ name, worth: whole }] : side !== undefined ? [{ name, worth: side / 2 }] : [];
}).sort((a, b) => b.worth - a.worth);

/** Fifteen visemes are a mouth that is right and not as fine as one of single shapes. */
const BEST_BY_VISEMES = 0.75;
const JAW_ALONE = 0.25;

export function judge(speech: Speech, shapes: ReadonlySet<ArkitName>, visemes: number): Verdict {
  switch (speech) {
    case 'arkit': return byShapes(shapes);
    case 'visemes': return byVisemes(visemes);
    case 'jaw': return { score: JAW_ALONE, sentence: 'It speaks by opening its mouth only: lips neither close on m, b, p nor round on o and u.' };
    case 'none': return { score: 0, sentence: 'It cannot speak: nothing in it is known to move a mouth.' };
  }
}

function byShapes(shapes: ReadonlySet<ArkitName>): Verdict {
  const score = SPOKEN.reduce((sum, { name, worth }) => sum + (shapes.has(name) ? worth : 0), 0);
  const missing = SPOKEN.filter(({ name }) => !shapes.has(name)).map(({ name }) => name);
  if (missing.length === 0) return { score: 1, sentence: 'It will speak as well as we can: every shape that speech uses is there.' };
  const how = score >= 0.9 ? 'It will speak well' : score >= 0.6 ? 'It will speak acceptably' : 'It will speak poorly';
  return { score, sentence: `${how}; of the shapes that speech uses it lacks ${listed(missing)}.` };
}

function byVisemes(count: number): Verdict {
  const score = BEST_BY_VISEMES * Math.min(1, count / (VISEME_NAMES.length - 1));
  const how = count >= 12 ? 'It will speak well' : count >= 5 ? 'It will speak acceptably' : 'It will speak poorly';
  return { score, sentence: `${how}, by ${count} visemes: whole mouth shapes that are mixed, coarser than single shapes.` };
}

function listed(names: readonly string[]): string {
  return names.length <= 6 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}
