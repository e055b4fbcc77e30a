const STEP_MS = 20;
/** What a microphone picks up was played between so long ago and, for reports come late, a little later than it is thought to be. */
const LATEST_MS = -60;
const EARLIEST_MS = 320;
export const DELAYS_MS: readonly number[] = Array.from({ length: (EARLIEST_MS - LATEST_MS) / STEP_MS + 1 }, (_, n) => LATEST_MS + n * STEP_MS);

/** Steps that are looked back on: five seconds of the avatar's voice. */
const MEMORY = 250;
/** What is believed before anything is known, and how firmly: so many steps of echo at this level beside its cause, dB. */
const PRIOR_DB = -17;
const PRIOR_STEPS = 25;
/** Echoes are expected as loud as the loudest fifth of them. */
const LOUD = 0.8;
/** Only sound louder than this tells of its echo, dBFS. */
const TELLING_DB = -40;
/** A room's sound dies away by so much in 20 ms, dB: 60 in half a second, and not faster. */
const DECAY_DB = 2;
/** The delay is looked for so often, steps, over so many, from this likeness on. */
const SEEK_EVERY = 10;
const SEEK_STEPS = 100;
const FOUND = 0.6;
/** Over so many steps, this alike: the sound is the avatar's, though louder than its echoes were ... */
const ALIKE_STEPS = 30;
const ALIKE = 0.8;
/** ... unless it is louder by so much, dB: whoever begins to speak as the avatar begins a phrase is alike for a while too. It takes this long then. */
const MUCH_LOUDER_DB = 30;
const SURELY_ALIKE_STEPS = 100;
/** Echoes are known from so many steps of them on. */
const KNOWN_STEPS = 100;
/** Differences below do not count, dBFS. */
const QUIET_DB = -70;

interface Step {
  readonly level: number;
  /** The avatar's level at each delay. */
  readonly played: readonly number[];
}

/** A step as it came. */
interface RecentStep extends Step {
  /** How much louder it was than the echo to expect, dB. */
  readonly excessDb: number;
}

/** How the avatar's voice comes back through the microphone: how late, and how loud. Learnt from what is no user's. */
export class EchoModel {
  readonly #steps: Step[] = [];
  readonly #recent: RecentStep[] = [];
  /** Index of the delay, once it is known. */
  #delay: number | undefined;
  #untilSeek = SEEK_EVERY;
  #ratioDb = PRIOR_DB;
  #isKnown = false;

  /** The loudest echo to expect of what was played, dBFS. */
  expected(played: readonly number[]): number {
    return this.#cause(played) + this.#ratioDb;
  }

  /** Whether the last 600 ms, or 2 s of what is much louder than any echo was, rose and fell as the avatar's voice did. */
  isAlike(step: RecentStep): boolean {
    keep(this.#recent, step, SURELY_ALIKE_STEPS);
    const isNew = this.#isKnown && this.#recent.slice(-ALIKE_STEPS).some(({ excessDb }) => excessDb > MUCH_LOUDER_DB);
    const length = isNew ? SURELY_ALIKE_STEPS : ALIKE_STEPS;
    const steps = this.#recent.slice(-length);
    return steps.length === length && DELAYS_MS.some((_, delay) => likeness(steps, delay) > ALIKE);
  }

  learn(level: number, played: readonly number[]): void {
    keep(this.#steps, { level, played }, MEMORY);
    if (--this.#untilSeek > 0) return;
    this.#untilSeek = SEEK_EVERY;
    this.#seek();
    const ratios = this.#steps.flatMap((step) => {
      const cause = this.#cause(step.played);
      return cause > TELLING_DB ? [step.level - cause] : [];
    });
    this.#isKnown = ratios.length >= KNOWN_STEPS;
    const known = [...ratios, ...Array<number>(PRIOR_STEPS).fill(PRIOR_DB)].sort((a, b) => a - b);
    this.#ratioDb = Math.min(0, known[Math.floor(known.length * LOUD)]!);
  }

  /** The level of what may be echoing now: at the delay, and dying away after it; while that is unknown, the loudest. */
  #cause(played: readonly number[]): number {
    const delay = this.#delay;
    if (delay === undefined) return Math.max(...played);
    return played.reduce((loudest, level, at) => (at < delay - 1 ? loudest : Math.max(loudest, level - DECAY_DB * Math.max(0, at - delay - 1))), QUIET_DB);
  }

  #seek(): void {
    const steps = this.#steps.slice(-SEEK_STEPS);
    if (steps.length < SEEK_STEPS) return;
    const found = DELAYS_MS.map((_, delay) => likeness(steps, delay));
    const best = Math.max(...found);
    if (best > FOUND) this.#delay = found.indexOf(best);
  }
}

function keep<S>(steps: S[], step: S, most: number): void {
  steps.push(step);
  if (steps.length > most) steps.shift();
}

/** Correlation of both envelopes, -1..1. */
function likeness(steps: readonly Step[], delay: number): number {
  let [sumA, sumB, sumAB, sumAA, sumBB] = [0, 0, 0, 0, 0];
  for (const { level, played } of steps) {
    const [a, b] = [Math.max(QUIET_DB, level), Math.max(QUIET_DB, played[delay]!)];
    sumA += a;
    sumB += b;
    sumAB += a * b;
    sumAA += a * a;
    sumBB += b * b;
  }
  const n = steps.length;
  const spread = (sumAA * n - sumA * sumA) * (sumBB * n - sumB * sumB);
  return spread > 0 ? (sumAB * n - sumA * sumB) / Math.sqrt(spread) : 0;
}
