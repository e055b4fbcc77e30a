import type { Clock } from './clock.js';

/** Fires once, when nothing was touched for `ms`. */
export class IdleTimer {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #onIdle: () => void;
  #touchedMs: number;
  #cancel: () => void;

  constructor(clock: Clock, ms: number, onIdle: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#onIdle = onIdle;
    this.#touchedMs = clock.nowMs();
    this.#cancel = this.#arm(ms);
  }

  touch(): void {
    this.#touchedMs = this.#clock.nowMs();
  }

  stop(): void {
    this.#cancel();
  }

  /** A touch moves no timer: this fires early then, and waits for the rest. */
  #arm(ms: number): () => void {
    return this.#clock.after(ms, () => {
      const leftMs = this.#touchedMs + this.#ms - this.#clock.nowMs();
      if (leftMs > 0) this.#cancel = this.#arm(leftMs);
      else this.#onIdle();
    });
  }
}

export interface HeartbeatEvents {
  ping(): void;
  /** Whether anything was heard since this was last asked. */
  heard(): boolean;
  dead(): void;
}

/** Pings at an interval; calls `dead` where nothing was heard for a whole interval after a ping. */
export class Heartbeat {
  #cancel: () => void;

  constructor(clock: Clock, ms: number, events: HeartbeatEvents) {
    let pinged = false;
    const beat = (): void => {
      if (!events.heard() && pinged) return events.dead();
      pinged = true;
      events.ping();
      this.#cancel = clock.after(ms, beat);
    };
    this.#cancel = clock.after(ms, beat);
  }

  stop(): void {
    this.#cancel();
  }
}
