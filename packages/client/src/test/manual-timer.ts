import type { Timer } from '../timeline/index.js';

interface Pending {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Time turned by hand. */
export class ManualTimer implements Timer {
  readonly #pending = new Set<Pending>();
  #nowMs: number;

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  /** Timers that have not fired. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const pending = { dueMs: this.#nowMs + delayMs, callback };
    this.#pending.add(pending);
    return () => this.#pending.delete(pending);
  }

  /** Moves time on and fires what falls due, in order. */
  advance(ms: number): void {
    this.advanceTo(this.#nowMs + ms);
  }

  /** As `advance`, to a time of this clock. */
  advanceTo(endMs: number): void {
    for (let next = this.#nextDue(endMs); next; next = this.#nextDue(endMs)) {
      this.#pending.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
    }
    this.#nowMs = endMs;
  }

  #nextDue(endMs: number): Pending | undefined {
    let next: Pending | undefined;
    for (const each of this.#pending) if (each.dueMs <= endMs && (!next || each.dueMs < next.dueMs)) next = each;
    return next;
  }
}
