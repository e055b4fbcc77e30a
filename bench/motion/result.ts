/** What a run of the bench finds; bench/results/motion.json holds this, the machine and the reference load. */
import type { Cost } from './evaluate/cost.js';
import type { FaceResult } from './evaluate/face.js';
import type { MadeResult } from './evaluate/made.js';
import type { Degradation } from './evaluate/robustness.js';
import type { VisemeAccuracy } from './visemes-file.js';

export interface SystemResult {
  readonly what: string;
  /** Missing where there are no recorded faces. */
  readonly face?: FaceResult;
  readonly made: MadeResult;
  readonly cost: Cost;
  readonly robustness?: readonly Degradation[];
}

export interface MotionBenchResult {
  readonly clips: readonly { readonly name: string; readonly seconds: number }[];
  readonly utterances: number;
  readonly systems: Readonly<Record<string, SystemResult>>;
  readonly visemes?: readonly VisemeAccuracy[];
}
