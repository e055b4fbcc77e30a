/**
 * Where the time of a turn went: stages from the end of the user's speech to the first pose seen, as bars one after the
 * other. Knows no document; ./waterfall-view draws it.
 */
import type { TurnReport } from '../../src/api.js';

/** What the page itself saw of an answer, milliseconds of `performance.now()`. */
export interface SeenTurn {
  readonly heardAtMs: number;
  readonly seenAtMs: number | undefined;
}

export interface Bar {
  readonly name: string;
  /** When it began and ended, milliseconds from the end of the user's speech. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Waterfall {
  readonly title: string;
  readonly source: TurnReport['source'];
  readonly interrupted: boolean;
  readonly bars: readonly Bar[];
  /** To the first sound; undefined where none was heard. */
  readonly heardMs: number | undefined;
  /** Of the last bar's end. */
  readonly totalMs: number;
}

/** In the order they come in; each begins where the one before it ended. */
const STAGES = [
  ['endOfTurn', 'End of your turn noticed'],
  ['finalTranscript', 'Final transcript'],
  ['firstToken', 'First word of the answer'],
  ['firstAudio', 'First sound from the voice'],
  ['firstMotion', 'First motion of the face'],
  ['firstHeard', 'First sound heard'],
  ['firstSeen', 'First pose seen'],
] as const;

const LONGEST_TITLE = 80;

/** A report and what the page saw of it. Stages that did not happen have no bar; the sound does not wait for the motion, nor the motion for a turn that was spoken before it was final. */
export function waterfallOf(report: TurnReport, seen: SeenTurn | undefined): Waterfall {
  const { stages, source, interrupted } = report;
  const { firstHeard } = stages;
  const firstSeen = firstHeard === undefined || seen?.seenAtMs === undefined ? undefined : firstHeard + seen.seenAtMs - seen.heardAtMs;
  const times: Readonly<Record<string, number | undefined>> = { ...stages, firstSeen };
  const bars: Bar[] = [];
  let fromMs = 0;
  for (const [stage, name] of STAGES) {
    const toMs = times[stage];
    if (toMs === undefined) continue;
    bars.push({ name, fromMs: Math.min(fromMs, toMs), toMs });
    fromMs = Math.max(fromMs, toMs);
  }
  return { title: titleOf(report), source, interrupted, bars, heardMs: firstHeard, totalMs: fromMs };
}

function titleOf({ said, source, heard }: TurnReport): string {
  const text = (said || (source === 'say' ? heard : '')).trim() || 'Without a question';
  return text.length > LONGEST_TITLE ? `${text.slice(0, LONGEST_TITLE - 1).trimEnd()}…` : text;
}

/** "640 ms", "1.24 s". */
export function duration(ms: number): string {
  return Math.abs(ms) < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}
