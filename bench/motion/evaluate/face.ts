/** Every system against the recorded face, on the same frames and the same draws. */
import type { Clip } from '../corpus/facegood.js';
import { auc } from '../measures/auc.js';
import { blocksOf, drawBlocks, estimate, pairedGain, ratioStatistic, type Block, type Estimate, type Statistic } from '../measures/blocks.js';
import { bestLag, correlation, shift } from '../measures/correlation.js';
import { travel, type Travel } from '../measures/motion.js';
import type { System } from '../systems/system.js';
import { curveOf, openingOf, pressOf, roundingOf, unbroken, type Curve, type Track } from '../track.js';

/** Frames of speech with less opening than this are closed, by the opening label. */
const CLOSED_BELOW = 0.03;
/** Frames of speech in which the lips press more than in so many are closed, by the press label. */
const PRESS_PERCENTILE = 0.85;

export const FACE_MEASURES = [
  'openingWhole', 'openingSpeech', 'roundingWhole', 'roundingSpeech', 'closureAucOpening', 'closureAucPress', 'velocityRatio', 'velocityRatioUnit', 'velocityRatioUnbroken',
] as const;
export type FaceMeasure = (typeof FACE_MEASURES)[number];

export interface FaceResult {
  /** A measure a system has nothing to say to, a press without lips, is left out. */
  readonly measures: Partial<Record<FaceMeasure, Estimate>>;
  /** The same less the ridge's on the same draws. */
  readonly gainOverRidge: Partial<Record<FaceMeasure, Estimate>>;
  /** Milliseconds the system is ahead of the face (negative: late), by clip; none of a curve that never moves. */
  readonly leadMs: { readonly opening: readonly number[]; readonly rounding: readonly number[] };
}

/** The recording as one run of frames. */
interface Truth {
  readonly opening: Curve;
  readonly rounding: Curve;
  readonly everything: readonly boolean[];
  readonly speech: readonly boolean[];
  readonly unbroken: readonly boolean[];
  readonly closed: readonly boolean[];
  readonly pressed: readonly boolean[];
  readonly blocks: readonly Block[];
}

export async function runOnClips(system: System, clips: readonly Clip[], audioOf: (clip: Clip) => Float32Array): Promise<Performance> {
  const tracks: Track[] = [];
  for (const clip of clips) tracks.push(await system.run(audioOf(clip), { heldOut: clip.name }));
  return { tracks, press: system.press };
}

/** What a system made of each clip. */
export interface Performance {
  readonly tracks: readonly Track[];
  readonly press: System['press'];
}

/** Results by system; the ridge's is the one under `ridge`. */
export function judgeFaces(clips: readonly Clip[], performances: ReadonlyMap<string, Performance>): Map<string, FaceResult> {
  const truth = truthOf(clips);
  const draws = drawBlocks([truth.blocks.length]);
  const judged = new Map([...performances].map(([id, performance]) => [id, statisticsOf(clips, truth, performance)]));
  const ridge = judged.get('ridge');
  const results = new Map<string, FaceResult>();
  for (const [id, { statistics, leadMs }] of judged) {
    const measures: Partial<Record<FaceMeasure, Estimate>> = {};
    const gainOverRidge: Partial<Record<FaceMeasure, Estimate>> = {};
    for (const [name, statistic] of statistics) {
      measures[name] = estimate(statistic, draws);
      const theirs = ridge?.statistics.get(name);
      if (theirs && id !== 'ridge') gainOverRidge[name] = pairedGain(statistic, theirs, draws);
    }
    results.set(id, { measures, gainOverRidge, leadMs });
  }
  return results;
}

/** How the recorded opening moves in unbroken speech. */
export function capturedTravel(clips: readonly Clip[]): Travel {
  const truth = truthOf(clips);
  return travel([truth.opening], truth.unbroken, truth.blocks);
}

function truthOf(clips: readonly Clip[]): Truth {
  const opening = joined(clips.map((clip) => clip.opening));
  const speech = clips.flatMap((clip) => clip.speech);
  const press = joined(clips.map((clip) => clip.press));
  const spoken = press.filter((_, k) => speech[k]).sort();
  const strong = spoken[Math.floor(PRESS_PERCENTILE * spoken.length)]!;
  return {
    opening, speech, unbroken: clips.flatMap((clip) => unbroken(clip.speech)), rounding: joined(clips.map((clip) => clip.rounding)), everything: speech.map(() => true),
    closed: Array.from(opening, (value) => value < CLOSED_BELOW), pressed: Array.from(press, (value) => value > strong),
    blocks: blocksOf(clips.map((clip) => clip.opening.length)),
  };
}

function statisticsOf(clips: readonly Clip[], truth: Truth, { tracks, press: own }: Performance): { statistics: Map<FaceMeasure, Statistic>; leadMs: FaceResult['leadMs'] } {
  const { everything, speech, blocks } = truth;
  const pressBy = own === 'none' ? () => 0 : own ?? pressOf;
  const opening = aligned(clips, tracks.map(openingOf), (clip) => clip.opening);
  const rounding = aligned(clips, tracks.map(roundingOf), (clip) => clip.rounding);
  const press = joined(tracks.map((track, i) => shift(curveOf(track, pressBy), opening.frames[i]!, clips[i]!.opening.length)));
  const moved = travel([opening.curve], speech, blocks);
  const wanted = travel([truth.opening], speech, blocks);
  const flowing = (curve: Curve): Float64Array => travel([curve], truth.unbroken, blocks).sum;
  const scale = spread(truth.opening, speech) / spread(opening.curve, speech);
  const statistics = new Map<FaceMeasure, Statistic>([
    ['openingWhole', correlation(opening.curve, truth.opening, everything, blocks)],
    ['openingSpeech', correlation(opening.curve, truth.opening, speech, blocks)],
    ['closureAucOpening', auc(opening.curve.map((value) => -value), truth.closed, speech, blocks)],
    ['velocityRatio', ratioStatistic(moved.sum, wanted.sum)],
    ['velocityRatioUnit', ratioStatistic(moved.sum.map((value) => value * scale), wanted.sum)],
    ['velocityRatioUnbroken', ratioStatistic(flowing(opening.curve), flowing(truth.opening))],
  ]);
  if (rounding.curve.some((value) => value !== 0)) {
    statistics.set('roundingWhole', correlation(rounding.curve, truth.rounding, everything, blocks));
    statistics.set('roundingSpeech', correlation(rounding.curve, truth.rounding, speech, blocks));
  }
  if (press.some((value) => value !== 0)) statistics.set('closureAucPress', auc(press, truth.pressed, speech, blocks));
  return {
    statistics,
    leadMs: { opening: opening.leadMs, rounding: statistics.has('roundingWhole') ? rounding.leadMs : [] },
  };
}

/** Each clip's curve at its own best lag: a clip's sync with its audio is its own. */
function aligned(clips: readonly Clip[], curves: readonly Curve[], truth: (clip: Clip) => Curve): { curve: Curve; frames: number[]; leadMs: number[] } {
  const lags = clips.map((clip, i) => bestLag(curves[i]!, truth(clip)));
  return {
    curve: joined(clips.map((clip, i) => shift(curves[i]!, lags[i]!.frames, clip.opening.length))),
    frames: lags.map(({ frames }) => frames), leadMs: lags.map(({ ms }) => ms),
  };
}

function joined(curves: readonly Curve[]): Curve {
  return Float64Array.from(curves.flatMap((curve) => [...curve]));
}

function spread(curve: Curve, mask: readonly boolean[]): number {
  const values = curve.filter((_, k) => mask[k]);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
