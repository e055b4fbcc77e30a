import { planFace, type FacePlan, type TargetMapping } from './face-plan.js';
import { APERTURE_SIGNAL, fillSignals, SIGNAL_COUNT, VISEME_SIGNAL } from './signals.js';
import { VisemeSolver } from './visemes.js';

/** The signals of one face: which of its targets follow which, and what they are for the last weights. */
export class FaceSignals {
  readonly plan: FacePlan;
  /** By signal (signals.ts), each 0..1. */
  readonly values = new Float32Array(SIGNAL_COUNT);
  readonly #visemes: VisemeSolver | undefined;

  /** `names` of everything on the face that can be driven. */
  constructor(names: Iterable<string>, mapping?: TargetMapping) {
    this.plan = planFace(names, mapping);
    this.#visemes = this.plan.visemes.length > 0 ? new VisemeSolver(this.plan.visemes) : undefined;
  }

  /** How far the lips are open, 0..1. */
  get aperture(): number {
    return this.values[APERTURE_SIGNAL]!;
  }

  /** Takes the 52 weights of a pose. */
  set(weights: Float32Array): void {
    fillSignals(weights, this.values);
    this.#visemes?.solve(weights, this.values, VISEME_SIGNAL);
  }
}
