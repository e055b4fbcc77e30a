import { Blocks } from '../speech/pcm.js';
import { levelOf, SILENT_DB } from '../stage/loudness.js';
import { EchoModel, DELAYS_MS } from './echo-model.js';

const RATE = 16_000;
const STEP = RATE / 50;
/** Quieter than this nobody speaks to a device, dBFS. */
const FLOOR_DB = -50;
/** How much louder than the loud echoes of late a user must be, dB. */
const MARGIN_DB = 8;
/** Once a user is heard, their pauses pass too: steps of 20 ms. */
const HANGOVER = 15;
/** A word begins softly: so much from before the first loud sound is the user's as well, steps. */
const LEAD = 15;
const NONE = new Int16Array(0);

/** 20 ms of a microphone, without the avatar. */
export interface HeardStep {
  /** The user's sound, or silence. */
  readonly samples: Int16Array;
  /** Where the user begins: what came just before and was given as silence, at most 300 ms of it. Else empty. */
  readonly lead: Int16Array;
}

/**
 * Keeps the avatar's own voice out of the microphone: what is no louder than the avatar's sound could be there, or rises and
 * falls with it, is silence. Besides the browser's own echo cancellation, which is not everywhere and takes time to learn.
 */
export class EchoGate {
  /** The avatar's level so many milliseconds ago, dBFS. */
  readonly #levelAgo: (ms: number) => number;
  readonly #model = new EchoModel();
  readonly #steps = new Blocks(STEP);
  /** Steps that still pass. */
  #passes = 0;
  /** What was kept out last. */
  #kept: Int16Array[] = [];

  constructor(levelAgo: (ms: number) => number) {
    this.#levelAgo = levelAgo;
  }

  /** Gives back whole steps. */
  push(samples: Int16Array): HeardStep[] {
    return this.#steps.push(samples).map((step) => this.#step(step));
  }

  #step(samples: Int16Array): HeardStep {
    const played = DELAYS_MS.map((ms) => this.#levelAgo(ms));
    const isAlone = Math.max(...played) <= SILENT_DB;
    if (!isAlone && !this.#isUser(levelOf(samples), played)) {
      this.#kept.push(samples);
      if (this.#kept.length > LEAD) this.#kept.shift();
      return { samples: new Int16Array(STEP), lead: NONE };
    }
    if (isAlone) this.#passes = Math.max(0, this.#passes - 1);
    // Where the avatar has fallen silent, nobody has begun.
    const lead = isAlone ? NONE : joined(this.#kept);
    this.#kept = [];
    return { samples, lead };
  }

  #isUser(level: number, played: readonly number[]): boolean {
    const excessDb = level - this.#model.expected(played);
    const isAlike = this.#model.isAlike({ level, played, excessDb });
    const isLoud = level > FLOOR_DB && excessDb > MARGIN_DB;
    if (isAlike) this.#passes = 0;
    else if (isLoud) this.#passes = HANGOVER;
    else if (this.#passes > 0) this.#passes--;
    if (this.#passes === 0) this.#model.learn(level, played);
    return this.#passes > 0;
  }
}

function joined(steps: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(steps.length * STEP);
  steps.forEach((step, i) => whole.set(step, i * STEP));
  return whole;
}
