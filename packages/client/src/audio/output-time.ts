/** The parts of an `AudioContext` that tell time. */
export interface ContextTime {
  readonly currentTime: number;
  readonly baseLatency?: number;
  readonly outputLatency?: number;
  readonly state: string;
  getOutputTimestamp?(): { readonly contextTime?: number; readonly performanceTime?: number };
}

/** A reading further than this from the last is a new device or a resumed context, not jitter. */
const JUMP_MS = 40;
/** Time constant of the smoothing of readings, in milliseconds. */
const SMOOTHING_MS = 250;
/** A timestamp further behind the context than this is not to be believed. */
const MAX_LATENCY_S = 2;

/**
 * The context time that leaves the speaker now. Reads `getOutputTimestamp` where it makes sense, else the context's
 * time less its output latency; both come in steps, so the difference to the page's clock is smoothed. Never goes back.
 */
export class OutputTime {
  readonly #context: ContextTime;
  readonly #now: () => number;
  /** Heard context time less the page's clock, smoothed. */
  #offsetMs: number | undefined;
  #readMs = 0;
  #lastMs = 0;

  /** `now` is the page's clock, that of `performance.now()`. */
  constructor(context: ContextTime, now: () => number) {
    this.#context = context;
    this.#now = now;
  }

  get isRunning(): boolean {
    return this.#context.state === 'running';
  }

  /** Milliseconds of context time, smooth, not going back; stands still while the context does. */
  heardMs(): number {
    const now = this.#now();
    if (!this.isRunning) {
      this.#offsetMs = undefined;
      return this.#lastMs;
    }
    const offset = this.#smooth(this.rawMs() - now, now);
    this.#lastMs = Math.max(this.#lastMs, now + offset);
    return this.#lastMs;
  }

  /** The newest reading as it is, carried on to now. */
  rawMs(): number {
    const { currentTime } = this.#context;
    const stamp = this.#context.getOutputTimestamp?.();
    const { contextTime = 0, performanceTime = 0 } = stamp ?? {};
    const heard = contextTime + (this.#now() - performanceTime) / 1000;
    const credible = performanceTime > 0 && contextTime > 0 && contextTime <= currentTime && currentTime - heard < MAX_LATENCY_S;
    if (credible) return Math.min(heard, currentTime) * 1000;
    return Math.max(0, currentTime - (this.#context.outputLatency || this.#context.baseLatency || 0)) * 1000;
  }

  #smooth(offsetMs: number, now: number): number {
    const last = this.#offsetMs;
    const share = 1 - Math.exp(-(now - this.#readMs) / SMOOTHING_MS);
    this.#readMs = now;
    this.#offsetMs = last === undefined || Math.abs(offsetMs - last) > JUMP_MS ? offsetMs : last + (offsetMs - last) * share;
    return this.#offsetMs;
  }
}
