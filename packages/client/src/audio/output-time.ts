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
/** A timestamp further behind the context than this is not to be believed, ... */
const MAX_LATENCY_MS = 2_000;
/** ... nor one this much ahead of where the latency that is told would have it: it leaves a headset's own delay out, ... */
const MAX_LEAD_MS = 60;
/** ... nor one this near to what is rendered now where a latency is told: Firefox takes it off both times, which cancels, ... */
const RENDERED_MS = 1;
/** ... nor one that has stood still for this long while the context has not. */
const STUCK_MS = 1_000;
/** The context's lead over the page's clock is looked at for this long and up to twice as long. */
const LEAD_WINDOW_MS = 1_000;

/**
 * The context time that leaves the speaker now. Reads `getOutputTimestamp` where that can be believed, else the context's
 * time less its output latency; both come in steps, so the difference to the page's clock is smoothed. Never goes back.
 */
export class OutputTime {
  readonly #context: ContextTime;
  readonly #now: () => number;
  /** Heard context time less the page's clock, smoothed. */
  #offsetMs: number | undefined;
  #readMs = 0;
  #lastMs = 0;
  readonly #lead = new RunningMinimum(LEAD_WINDOW_MS);
  /** The last timestamp, and the context's time when it was new. */
  #stamp = { contextMs: 0, seenMs: 0 };

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

  /** From being rendered to leaving the speaker; 0 while the context stands. */
  get latencyMs(): number {
    return this.isRunning ? Math.max(0, this.#context.currentTime * 1000 - this.rawMs()) : 0;
  }

  /** The newest reading as it is, carried on to now. */
  rawMs(): number {
    const renderedMs = this.#context.currentTime * 1000;
    const byLatencyMs = this.#byLatency(renderedMs);
    const stampedMs = this.#stampedMs(renderedMs);
    const latencyMs = (this.#context.outputLatency ?? 0) * 1000;
    const latestMs = renderedMs - (latencyMs > RENDERED_MS ? Math.max(latencyMs - MAX_LEAD_MS, RENDERED_MS) : -MAX_LEAD_MS);
    if (stampedMs === undefined || stampedMs > latestMs) return Math.max(0, byLatencyMs);
    return Math.min(stampedMs, renderedMs);
  }

  /**
   * `currentTime` runs ahead by a device buffer and is caught up with until the next one is asked for: its least lead over
   * the page's clock is the moment at which a buffer was handed over, from which the latency counts.
   */
  #byLatency(renderedMs: number): number {
    const now = this.#now();
    const leadMs = this.#lead.next(renderedMs - now, now);
    return now + leadMs - (this.#context.outputLatency || this.#context.baseLatency || 0) * 1000;
  }

  /** What `getOutputTimestamp` says, carried on to now; undefined where it says nothing that can be. */
  #stampedMs(renderedMs: number): number | undefined {
    const { contextTime = 0, performanceTime = 0 } = this.#context.getOutputTimestamp?.() ?? {};
    const contextMs = contextTime * 1000;
    if (contextMs !== this.#stamp.contextMs) this.#stamp = { contextMs, seenMs: renderedMs };
    if (!(contextMs > 0 && performanceTime > 0) || contextMs > renderedMs || renderedMs - this.#stamp.seenMs > STUCK_MS) return undefined;
    const heardMs = contextMs + this.#now() - performanceTime;
    return renderedMs - heardMs < MAX_LATENCY_MS ? heardMs : undefined;
  }

  #smooth(offsetMs: number, now: number): number {
    const last = this.#offsetMs;
    const share = 1 - Math.exp(-(now - this.#readMs) / SMOOTHING_MS);
    this.#readMs = now;
    this.#offsetMs = last === undefined || Math.abs(offsetMs - last) > JUMP_MS ? offsetMs : last + (offsetMs - last) * share;
    return this.#offsetMs;
  }
}

/** The least of the values of the last one to two windows. */
class RunningMinimum {
  readonly #windowMs: number;
  #startMs = -Infinity;
  #before = Infinity;
  #within = Infinity;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  next(value: number, nowMs: number): number {
    if (nowMs - this.#startMs > this.#windowMs) {
      this.#before = nowMs - this.#startMs > 2 * this.#windowMs ? Infinity : this.#within;
      this.#within = Infinity;
      this.#startMs = nowMs;
    }
    this.#within = Math.min(this.#within, value);
    return Math.min(this.#before, this.#within);
  }
}
