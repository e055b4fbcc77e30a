/** Length of the window that a rate is taken over, in milliseconds. */
const WINDOW_MS = 2_000;
/** Readings are kept this far apart, so that 21 of them span the window however often it is asked. */
const STEP_MS = 100;

/** Bytes per second over the last two seconds, from a counter that only grows. */
export class RateMeter {
  readonly #readings: { readonly atMs: number; readonly count: number }[] = [];

  /** The rate now; 0 at the first call. */
  perSecond(count: number, nowMs: number): number {
    const readings = this.#readings;
    const last = readings.at(-1);
    if (!last || nowMs - last.atMs >= STEP_MS) readings.push({ atMs: nowMs, count });
    while (readings.length > 2 && readings[1]!.atMs <= nowMs - WINDOW_MS) readings.shift();
    const first = readings[0]!;
    const spanMs = nowMs - first.atMs;
    return spanMs > 0 ? ((count - first.count) * 1000) / spanMs : 0;
  }
}
