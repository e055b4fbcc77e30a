import type { Clock } from '../clock.js';

/**
 * What is gathered leaves so long after what left before: a message to a thread, its wake-up and a run of the network cost
 * about the same for one call as for fifty. A player has 150 ms in hand (BUNDLE_POLICY), and chunks of 20 ms wait for a step of 40.
 */
export const GATHER_MS = 10;

/** Says when what one lane gathers leaves. */
export class Gathering {
  readonly #clock: Clock;
  readonly #leave: () => void;
  #leftMs = -Infinity;
  #isLeaving = false;
  #isStopped = false;
  #stopTimer: (() => void) | undefined;

  constructor(clock: Clock, leave: () => void) {
    this.#clock = clock;
    this.#leave = leave;
  }

  /**
   * Something has come. It leaves in this turn of the event loop where nothing left of late, or `isComplete`: there is
   * nobody to wait for. Else with what comes until GATHER_MS have passed.
   */
  add(isComplete: boolean): void {
    if (this.#isLeaving || this.#isStopped) return;
    const waitMs = this.#leftMs + GATHER_MS - this.#clock.nowMs();
    if (waitMs > 0 && !isComplete) {
      this.#stopTimer ??= this.#clock.after(waitMs, () => this.#depart());
      return;
    }
    this.#isLeaving = true;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    setImmediate(() => this.#depart());
  }

  /** There is nobody left to send to: nothing leaves any more. */
  stop(): void {
    this.#isStopped = true;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #depart(): void {
    this.#stopTimer = undefined;
    this.#isLeaving = false;
    if (this.#isStopped) return;
    this.#leftMs = this.#clock.nowMs();
    this.#leave();
  }
}
