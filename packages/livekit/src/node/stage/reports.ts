import type { Clock } from '../clock.js';

export interface FinishedReport {
  readonly reqId: string;
  readonly playedMs: number;
  readonly interrupted: boolean;
}

/** A viewer whose report does not come after its sound must have ended is reported for, after this. */
const REPORT_GRACE_MS = 1_500;
const MAX_OPEN = 64;

interface Open {
  playedMs: number;
  cancel: () => void;
}

/**
 * Sees to it that every request is reported finished exactly once: by the viewer that hears it, or in its stead by what has
 * left for the room.
 */
export class Reports {
  readonly #clock: Clock;
  readonly #emit: (report: FinishedReport) => void;
  readonly #open = new Map<string, Open>();

  constructor(clock: Clock, emit: (report: FinishedReport) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  began(reqId: string): void {
    this.#open.set(reqId, { playedMs: 0, cancel: () => undefined });
    if (this.#open.size > MAX_OPEN) this.#finish(this.#open.keys().next().value!, true);
  }

  /** A viewer has heard this much. False where the request is not open. */
  played(reqId: string, playedMs: number): boolean {
    const open = this.#open.get(reqId);
    if (open) open.playedMs = playedMs;
    return open !== undefined;
  }

  /** A viewer's own report. */
  finished({ reqId, playedMs, interrupted }: FinishedReport): void {
    if (this.played(reqId, playedMs)) this.#finish(reqId, interrupted);
  }

  /** Nothing more of it leaves: reported now where nobody else will, else within the grace. `playedMs`: what can have been heard. */
  ended(reqId: string, playedMs: number, interrupted: boolean, hasViewer: boolean): void {
    const open = this.#open.get(reqId);
    if (!open) return;
    open.cancel();
    const finish = (): void => {
      open.playedMs = hasViewer && open.playedMs > 0 && interrupted ? open.playedMs : playedMs;
      this.#finish(reqId, interrupted);
    };
    if (hasViewer) open.cancel = this.#clock.after(REPORT_GRACE_MS, finish);
    else finish();
  }

  /** Nobody hears anything any more. */
  cutAll(): void {
    for (const reqId of [...this.#open.keys()]) this.#finish(reqId, true);
  }

  #finish(reqId: string, interrupted: boolean): void {
    const open = this.#open.get(reqId);
    if (!open) return;
    open.cancel();
    this.#open.delete(reqId);
    this.#emit({ reqId, playedMs: Math.round(open.playedMs), interrupted });
  }
}
