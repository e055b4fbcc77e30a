/**
 * A bank of polyphase filters for one pair of rates. Phase `p` holds the taps that weigh the `2 * half` input samples
 * around an output that lies `p / up` of an input sample after sample number `half - 1` of them.
 */
export interface FilterBank {
  /** Interpolation factor: the output rate over the greatest common divisor of both rates. */
  readonly up: number;
  /** Decimation factor: the input rate over the same divisor. */
  readonly down: number;
  /** Input samples on either side of an output. */
  readonly half: number;
  /** `up` rows of `2 * half` taps, each row with a sum of 1, in the order of the input. */
  readonly taps: Float32Array;
}

/** Stop-band attenuation the window is designed for. Float32 taps leave well over 85 dB of it. */
const ATTENUATION_DB = 92;
/** The pass band ends at this share of the lower Nyquist frequency; the stop band begins at that frequency. */
const PASS_SHARE = 0.86;
/** More phases than this would be a table of megabytes; every pair of common audio rates stays below it. */
const MAX_PHASES = 1024;
const MAX_BANKS = 16;

/** The banks in use, shared by streams of equal rates. At most `MAX_BANKS`; the oldest makes room. */
const banks = new Map<string, FilterBank>();

/** The filter bank from `fromHz` to `toHz`, or undefined where their ratio needs too many phases. */
export function filterBank(fromHz: number, toHz: number): FilterBank | undefined {
  const key = `${fromHz}>${toHz}`;
  const known = banks.get(key);
  if (known) return known;
  const divisor = greatestCommonDivisor(fromHz, toHz);
  if (toHz / divisor > MAX_PHASES) return undefined;
  const bank = design(fromHz, toHz, divisor);
  if (banks.size >= MAX_BANKS) banks.delete(banks.keys().next().value!);
  banks.set(key, bank);
  return bank;
}

/**
 * Windowed sinc by Kaiser's formulas (Oppenheim and Schafer, Discrete-Time Signal Processing, 7.5.3):
 * beta = 0.1102 (A - 8.7), length = (A - 8) / (2.285 dw), the cutoff in the middle of the transition band.
 */
function design(fromHz: number, toHz: number, divisor: number): FilterBank {
  const up = toHz / divisor;
  const nyquist = Math.min(1, toHz / fromHz);
  const cutoff = (nyquist * (1 + PASS_SHARE)) / 2;
  const transition = Math.PI * nyquist * (1 - PASS_SHARE);
  const half = Math.ceil((ATTENUATION_DB - 8) / (2.285 * transition) / 2) + 1;
  const beta = 0.1102 * (ATTENUATION_DB - 8.7);
  const taps = new Float32Array(up * 2 * half);
  for (let phase = 0; phase < up; phase++) {
    writePhase(taps.subarray(phase * 2 * half, (phase + 1) * 2 * half), phase / up, cutoff, beta);
  }
  return { up, down: fromHz / divisor, half, taps };
}

/** One row of the bank, scaled to a sum of 1 so that no phase colours a constant. */
function writePhase(row: Float32Array, offset: number, cutoff: number, beta: number): void {
  const half = row.length / 2;
  const exact = Array.from(row, (_, i) => {
    const distance = i - (half - 1) - offset;
    return sinc(cutoff * distance) * kaiser(distance / half, beta);
  });
  const sum = exact.reduce((total, tap) => total + tap, 0);
  for (let i = 0; i < row.length; i++) row[i] = exact[i]! / sum;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser's window at `x` in [-1, 1], unscaled. */
function kaiser(x: number, beta: number): number {
  return besselI0(beta * Math.sqrt(Math.max(0, 1 - x * x)));
}

/** The modified Bessel function of order zero, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
