import { levelOf, SILENT_DB } from '../stage/loudness.js';

const RATE = 16_000;
const STEP_MS = 20;
const STEP = (RATE * STEP_MS) / 1000;
/** What the microphone picks up of the avatar was played between so long ago and (reports are late) a little later. */
const LATEST_MS = -60;
const EARLIEST_MS = 320;
/** Quieter than this nobody speaks to a device, dBFS. */
const FLOOR_DB = -50;
/** How much louder than the loudest echo so far a user must be, dB. */
const MARGIN_DB = 8;
/** Before anything is known: how loud an echo may be beside the sound that made it, dB. */
const FIRST_PEAK_DB = -20;
const LEAST_PEAK_DB = -50;
/** Echoes found to be quieter are believed slowly, dB a step of 20 ms. */
const DECAY_DB = 0.05;
/** Envelopes are compared over so many steps. */
const COMPARED = 30;
/** From here on the microphone's envelope is that of the avatar. */
const ALIKE = 0.8;
/** Once a user is heard, their pauses pass too, steps. */
const HANGOVER = 15;

/**
 * Keeps the avatar's own voice out of the microphone: what is no louder than the avatar's sound could be there, or rises and
 * falls with it, is silence. Besides the browser's own echo cancellation, which is not everywhere and takes time to learn.
 */
export class EchoGate {
  /** The avatar's level so many milliseconds ago, dBFS. */
  readonly #levelAgo: (ms: number) => number;
  readonly #open = new Int16Array(STEP);
  #filled = 0;
  /** The loudest echo of late beside the loudest sound that can have made it, dB. */
  #peakDb = FIRST_PEAK_DB;
  #passes = 0;
  /** Levels of the last steps, newest last: of the microphone, and of the avatar at each delay. */
  readonly #heard: number[] = [];
  readonly #played: number[][] = [];

  constructor(levelAgo: (ms: number) => number) {
    this.#levelAgo = levelAgo;
  }

  /** Gives back whole steps of 20 ms: the sound, or silence in its place. */
  push(samples: Int16Array): Int16Array {
    const steps: Int16Array[] = [];
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + STEP - this.#filled);
      this.#open.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < STEP) break;
      steps.push(this.#isUser(levelOf(this.#open)) ? this.#open.slice() : new Int16Array(STEP));
      this.#filled = 0;
    }
    return joined(steps);
  }

  #isUser(level: number): boolean {
    const played = DELAYS.map((ms) => this.#levelAgo(ms));
    const loudest = Math.max(...played);
    if (loudest <= SILENT_DB) {
      this.#heard.length = 0;
      this.#played.length = 0;
      return true;
    }
    this.#remember(level, played);
    const isAlike = this.#isAlike();
    if (isAlike) this.#peakDb = Math.min(0, Math.max(this.#peakDb, level - loudest));
    const isLoud = level > FLOOR_DB && level > loudest + this.#peakDb + MARGIN_DB;
    if (isLoud && !isAlike) this.#passes = HANGOVER;
    else if (this.#passes > 0) this.#passes = isAlike ? 0 : this.#passes - 1;
    else this.#learn(level - loudest);
    return this.#passes > 0;
  }


  #learn(ratioDb: number): void {
    this.#peakDb = ratioDb > this.#peakDb ? ratioDb : Math.max(LEAST_PEAK_DB, this.#peakDb - DECAY_DB);
  }

  #remember(level: number, played: number[]): void {
    this.#heard.push(Math.max(FLOOR_DB - 20, level));
    this.#played.push(played.map((db) => Math.max(FLOOR_DB - 20, db)));
    if (this.#heard.length > COMPARED) {
      this.#heard.shift();
      this.#played.shift();
    }
  }

  #isAlike(): boolean {
    if (this.#heard.length < COMPARED) return false;
    return DELAYS.some((_, delay) => correlation(this.#heard, this.#played.map((levels) => levels[delay]!)) > ALIKE);
  }
}

const DELAYS = Array.from({ length: (EARLIEST_MS - LATEST_MS) / STEP_MS + 1 }, (_, n) => LATEST_MS + n * STEP_MS);

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [a[i]! - meanA, b[i]! - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function joined(steps: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(steps.length * STEP);
  steps.forEach((step, i) => whole.set(step, i * STEP));
  return whole;
}
