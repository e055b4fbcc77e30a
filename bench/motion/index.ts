/** The motion bench: gathers corpora and systems, runs each system once over each, judges them on the same frames. */
import { degradations } from './evaluate/robustness.js';
import { costOf } from './evaluate/cost.js';
import { capturedTravel, judgeFaces, runOnClips, type Performance } from './evaluate/face.js';
import { judgeMade, type MadeResult } from './evaluate/made.js';
import { atRate } from './corpus/degrade.js';
import { loadClips } from './corpus/facegood.js';
import { makeUtterances } from './corpus/flite.js';
import { makeNegatives } from './corpus/negatives.js';
import { loadLipGap } from './face/lip-gap.js';
import type { Phone } from './measures/closures.js';
import type { MotionBenchResult, SystemResult } from './result.js';
import { openSystems } from './systems/index.js';
import { readVisemes } from './visemes-file.js';
import type { System } from './systems/system.js';
import { SAMPLE_RATE, type Track } from './track.js';

export { formatReport } from './report.js';
export { DEFAULT_SYSTEMS } from './systems/index.js';

export interface MotionBenchOptions {
  /** Folder of recorded faces; may be missing. */
  readonly data: string;
  /** Names of systems, or modules that export `createModel`. */
  readonly systems: readonly string[];
  /** A wLipSync profile to use instead of the one calibrated here. */
  readonly wlipsyncProfile?: string | undefined;
  /** Folder of the network's folds, fold-CLIP.onnx: each clip is judged by weights that have not learnt from it. */
  readonly folds?: string | undefined;
  /** What the training's own evaluation measured of visemes, a file: it is shown beside the rest. */
  readonly visemes?: string | undefined;
  readonly avatar: URL;
  readonly robustness: boolean;
  /** Milliseconds the reference load of bench/lib takes for a second of audio. */
  readonly referenceMsPerSecond: number;
  onProgress(what: string): void;
}

/** Audio whose cost is measured: so many seconds of speech. */
const COST_SECONDS = 60;

export async function runMotionBench(options: MotionBenchOptions): Promise<MotionBenchResult> {
  const { onProgress } = options;
  const clips = loadClips(options.data);
  onProgress(clips.length > 0 ? `${clips.length} recorded clips in ${options.data}` : `no recorded clips in ${options.data}: judged on made sounds alone`);
  const utterances = await makeUtterances();
  const negatives = makeNegatives();
  const lipGap = await loadLipGap(options.avatar);
  const visemes = options.visemes === undefined ? undefined : readVisemes(options.visemes);
  const systems = await openSystems(options.systems, { clips, wlipsyncProfile: options.wlipsyncProfile, folds: options.folds }, (what) => onProgress(`left out: ${what}`));
  const captured = clips.length > 0 ? capturedTravel(clips) : undefined;

  const faces = new Map<string, Performance>();
  const made = new Map<string, MadeResult>();
  for (const system of systems) {
    onProgress(`running ${system.id}`);
    const at = (samples: Float32Array): Float32Array => atRate(system, samples);
    if (clips.length > 0) faces.set(system.id, await runOnClips(system, clips, ({ samples }) => at(samples)));
    const sounded = {
      spoken: await runAll(system, utterances.map(({ samples }) => ({ samples: at(samples) }))),
      ...(system.takesPhones && { told: await runAll(system, utterances.map(({ samples, phones }) => ({ samples: at(samples), phones }))) }),
      still: await runAll(system, negatives.map(({ samples }) => ({ samples: at(samples) }))),
    };
    made.set(system.id, judgeMade(utterances, negatives, sounded, lipGap, captured));
  }
  onProgress('judging');
  const judged = judgeFaces(clips, faces);
  const results: Record<string, SystemResult> = {};
  const speech = (clips.length > 0 ? clips[0]!.samples : joined(utterances.map(({ samples }) => samples))).subarray(0, COST_SECONDS * SAMPLE_RATE);
  for (const system of systems) {
    onProgress(`timing ${system.id}`);
    const face = judged.get(system.id);
    results[system.id] = {
      what: system.what, ...(face && { face }), made: made.get(system.id)!,
      cost: await costOf(system, atRate(system, speech), options.referenceMsPerSecond, clips[0] ? { heldOut: clips[0].name } : {}),
      ...(options.robustness && clips.length > 0 && { robustness: await degradations(system, clips, (samples) => atRate(system, samples), onProgress) }),
    };
    await system.dispose?.();
  }
  return { clips: clips.map(({ name, samples }) => ({ name, seconds: samples.length / SAMPLE_RATE })), utterances: utterances.length, systems: results, ...(visemes && { visemes }) };
}

async function runAll(system: System, sounds: readonly { samples: Float32Array; phones?: readonly Phone[] }[]): Promise<Track[]> {
  const tracks: Track[] = [];
  for (const { samples, phones } of sounds) tracks.push(await system.run(samples, phones && { phones }));
  return tracks;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}
