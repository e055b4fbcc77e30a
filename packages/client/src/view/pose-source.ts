import { IdleLife, type Pose } from '@visavis/face';

/** Where a view gets its poses from: a controller, or idle life alone. */
export interface PoseSource {
  /**
   * The pose to show at `nowMs` (milliseconds of the view's clock, not going back). Called once per drawn frame; the
   * view reads the result before it calls again, so the same object may be returned every time.
   */
  poseAt(nowMs: number): Pose;
  /** Called when the view is disposed of. */
  dispose?(): void;
}

/** A face that nobody drives: it blinks, looks about and breathes. */
export class IdlePoseSource implements PoseSource {
  readonly #seed: number;
  #life: IdleLife | undefined;

  /** The same seed gives the same life. */
  constructor(seed = 1) {
    this.#seed = seed;
  }

  poseAt(nowMs: number): Pose {
    this.#life ??= new IdleLife({ seed: this.#seed, startMs: nowMs });
    return this.#life.advance(nowMs);
  }
}
