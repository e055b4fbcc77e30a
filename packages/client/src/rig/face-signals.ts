import { planFace, withoutDoubles, type FacePlan, type FaceReading, type TargetMapping } from './face-plan.js';
import { APERTURE_SIGNAL, fillSignals, SIGNAL_COUNT, VISEME_SIGNAL } from './signals.js';
import { VisemeSolver } from './visemes.js';

/** The signals of a face of any names: which of its targets follow which, and what they are for the last weights. */
export class FaceSignals implements FaceReading {
  readonly plan: FacePlan;
  /** By signal (signals.ts). */
  readonly values = new Float32Array(SIGNAL_COUNT);
  readonly #mapping: TargetMapping | undefined;
  readonly #visemes: VisemeSolver | undefined;

  /** `names` of everything on the face that can be driven. */
  constructor(names: Iterable<string>, mapping?: TargetMapping) {
    this.#mapping = mapping;
    this.plan = planFace(names, mapping);
    this.#visemes = this.plan.visemes.length > 0 ? new VisemeSolver(this.plan.visemes) : undefined;
  }

  get aperture(): number {
    return this.values[APERTURE_SIGNAL]!;
  }

  set(weights: Float32Array): void {
    fillSignals(weights, this.values);
    this.#visemes?.solve(weights, this.values, VISEME_SIGNAL);
  }

  targetsOf(names: readonly string[]): string[] {
    return withoutDoubles(names, this.plan.signals, this.#mapping);
  }
}
