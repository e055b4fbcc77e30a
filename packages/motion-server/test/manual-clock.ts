import type { Clock } from '../src/clock.js';

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now: number;
  #timers = new Set<{ atMs: number; fn: () => void }>();

  constructor(startMs = Date.now()) {
    this.#now = startMs;
  }

  unixMs(): number {
    return this.#now;
  }

  nowMs(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { atMs: this.#now + ms, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that would still fire. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on, firing what falls due on the way in order of time. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.atMs);
      next.fn();
    }
    this.#now = until;
  }

  #next(until: number): { atMs: number; fn: () => void } | undefined {
    return [...this.#timers].filter((timer) => timer.atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
  }
}
