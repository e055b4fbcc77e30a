/** How a mouth stands to the sound it speaks, found from what is shown and heard alone: no clock of the client is asked. */
export interface AvOffset {
  /** Over the whole utterance; positive where the mouth is late. In steps of 10 ms. */
  readonly ms: number;
  /** Of mouth opening and loudness at that offset, 0.2..1, in thousandths. */
  readonly correlation: number;
  /** Of windows of two seconds, one begun each half second: the median, and the 95th percentile of the magnitude. */
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** Milliseconds between two values of a series. */
const STEP_MS = 10;
const MOST_STEPS = 30;
const WINDOW = 200;
const HOP = 50;
/** Less speech than this, or a weaker likeness, says nothing. */
const LEAST_STEPS = 100;
const LEAST_CORRELATION = 0.2;

/**
 * Compares how loud speech is with how far the mouth is open, both given every 10 ms of the utterance; `opening` is NaN
 * where no motion was shown.
 */
export function measureAvOffset(loudness: readonly number[], opening: readonly number[]): AvOffset | undefined {
  const length = Math.min(loudness.length, opening.length);
  if (length < LEAST_STEPS) return undefined;
  const whole = bestLag(loudness, opening, 0, length);
  if (!whole) return undefined;
  const lags: number[] = [];
  for (let at = 0; at + WINDOW <= length; at += HOP) {
    const window = bestLag(loudness, opening, at, at + WINDOW);
    if (window) lags.push(window.steps * STEP_MS);
  }
  if (lags.length === 0) lags.push(whole.steps * STEP_MS);
  return {
    ms: whole.steps * STEP_MS, correlation: Math.round(whole.correlation * 1000) / 1000,
    medianMs: quantile(lags, 0.5), p95Ms: quantile(lags.map(Math.abs), 0.95),
  };
}

function bestLag(loudness: readonly number[], opening: readonly number[], from: number, to: number): { steps: number; correlation: number } | undefined {
  let best = { steps: 0, correlation: LEAST_CORRELATION };
  for (let steps = -MOST_STEPS; steps <= MOST_STEPS; steps++) {
    const correlation = correlate(loudness, opening, from, to, steps);
    if (correlation > best.correlation) best = { steps, correlation };
  }
  return best.correlation > LEAST_CORRELATION ? best : undefined;
}

/** Pearson's r of loudness at t and opening at t + `shift`. */
function correlate(loudness: readonly number[], opening: readonly number[], from: number, to: number, shift: number): number {
  let [n, sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0, 0];
  for (let i = Math.max(from, from - shift); i < Math.min(to, to - shift); i++) {
    // Ears hear loudness about as the cube root of power; mouths open with it, not with peaks.
    const x = Math.cbrt(loudness[i]! ** 2);
    const y = opening[i + shift]!;
    if (Number.isNaN(y)) continue;
    n++;
    sx += x;
    sy += y;
    sxx += x * x;
    syy += y * y;
    sxy += x * y;
  }
  const spread = (n * sxx - sx * sx) * (n * syy - sy * sy);
  return n >= LEAST_STEPS / 2 && spread > 0 ? (n * sxy - sx * sy) / Math.sqrt(spread) : 0;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
