/** Every system on what the bench makes itself: closures in speech with known phones, stillness in what is no speech. */
import type { Utterance } from '../corpus/flite.js';
import type { Negative } from '../corpus/negatives.js';
import type { LipGap } from '../face/lip-gap.js';
import { blocksOf, drawBlocks, estimate, type Estimate } from '../measures/blocks.js';
import { closureStatistics, countClosures, shownAtRate } from '../measures/closures.js';
import { speedRatio, travel, type Travel } from '../measures/motion.js';
import { curveOf, FPS, openingOf, roundingOf, type Curve, type Track } from '../track.js';

/** Lips are closed under this gap. */
export const CLOSED_MM = 1;
const FALSE_RATES = [0.15, 0.3] as const;
/** Thresholds tried where it is free: so many gaps of the system's own, from its smallest to its middle one. */
const RUNGS = 80;

/** What a system made of the sounds. */
export interface Sounded {
  /** One an utterance. */
  readonly spoken: readonly Track[];
  /** The same with the phones' times given, where it takes them. */
  readonly told?: readonly Track[];
  /** One a negative. */
  readonly still: readonly Track[];
}

export interface Closures {
  readonly shown: Estimate;
  readonly falsePerSecond: Estimate;
  readonly shownAtFreeThreshold: readonly { readonly falsePerSecond: number; readonly shown: Estimate }[];
}

export interface MadeResult {
  readonly closures: Closures;
  /** The same with the phones' times given. */
  readonly closuresTold?: Closures;
  /** Mouth travel per frame in each kind of sound over that in speech. */
  readonly motionAgainstSpeech: Readonly<Record<Negative['name'], Estimate>>;
  /** Speed of the opening in these utterances over that of the recorded face in unbroken speech, where there is one. */
  readonly speedToCapture?: Estimate;
}

export function judgeMade(utterances: readonly Utterance[], negatives: readonly Negative[], { spoken, told, still }: Sounded, lipGap: LipGap, captured?: Travel): MadeResult {
  const speech = speechTravel(utterances, spoken, (track) => [openingOf(track), roundingOf(track)]);
  const motion = negatives.map(({ name }, i) => [name, speedRatio(everyTravel(still[i]!), speech)] as const);
  return {
    closures: judgeClosures(utterances, spoken, lipGap), ...(told && { closuresTold: judgeClosures(utterances, told, lipGap) }),
    motionAgainstSpeech: Object.fromEntries(motion) as MadeResult['motionAgainstSpeech'],
    ...(captured && { speedToCapture: speedRatio(speechTravel(utterances, spoken, (track) => [openingOf(track)]), captured) }),
  };
}

function judgeClosures(utterances: readonly Utterance[], spoken: readonly Track[], lipGap: LipGap): Closures {
  const gaps = spoken.map((track) => curveOf(track, lipGap));
  const countsAt = (thresholdMm: number) => utterances.map(({ phones }, i) => countClosures(gaps[i]!, phones, thresholdMm));
  const draws = drawBlocks([utterances.length]);
  const fixed = closureStatistics(countsAt(CLOSED_MM));
  const ladder = ownGaps(gaps).map(countsAt);
  return {
    shown: estimate(fixed.shown, draws), falsePerSecond: estimate(fixed.falseRate, draws),
    shownAtFreeThreshold: FALSE_RATES.map((falsePerSecond) => ({ falsePerSecond, shown: estimate(shownAtRate(ladder, falsePerSecond), draws) })),
  };
}

function ownGaps(gaps: readonly Curve[]): number[] {
  const sorted = Float64Array.from(gaps.flatMap((gap) => [...gap])).sort();
  return Array.from({ length: RUNGS }, (_, i) => sorted[Math.floor((i * sorted.length) / (2 * RUNGS))]!);
}

/** Travel within speech, a block per utterance. */
function speechTravel(utterances: readonly Utterance[], spoken: readonly Track[], curvesOf: (track: Track) => readonly Curve[]): Travel {
  const parts = utterances.map(({ phones }, i) => {
    const [first, last] = [phones.find(({ name }) => name !== 'pau'), phones.findLast(({ name }) => name !== 'pau')];
    const track = spoken[i]!;
    const mask = track.map((_, k) => (k * 1000) / FPS >= first!.startMs && (k * 1000) / FPS < last!.endMs);
    return travel(curvesOf(track), mask, [{ from: 0, to: track.length }]);
  });
  return { sum: Float64Array.from(parts, ({ sum }) => sum[0]!), steps: Float64Array.from(parts, ({ steps }) => steps[0]!) };
}

function everyTravel(still: Track): Travel {
  return travel([openingOf(still), roundingOf(still)], still.map(() => true), blocksOf([still.length]));
}
