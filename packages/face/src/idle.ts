import { Blinker } from './blink.js';
import { CHANNEL } from './channels.js';
import { GazeWander, writeGaze } from './gaze.js';
import { MASK, maskOf, type ChannelMask } from './mask.js';
import { createPose, type Pose } from './pose.js';
import { seededRandom, uniform, type Random } from './random.js';

const DEGREE = Math.PI / 180;

/** A resting face with no smile at all looks stern. */
const FRIENDLY_SMILE = 0.1;

/** A gaze shift larger than this often comes with a blink (Evinger et al. 1994). */
const BLINKING_SACCADE_DEG = 8;

/** Slow wandering: a sum of sines with incommensurate periods, between -1 and 1. */
class Drift {
  readonly #waves: readonly { hz: number; phase: number; share: number }[];

  constructor(random: Random) {
    this.#waves = [
      { hz: uniform(random, 0.028, 0.042), phase: random(), share: 0.5 },
      { hz: uniform(random, 0.071, 0.097), phase: random(), share: 0.32 },
      { hz: uniform(random, 0.15, 0.21), phase: random(), share: 0.18 },
    ];
  }

  at(seconds: number): number {
    let sum = 0;
    for (const { hz, phase, share } of this.#waves) sum += share * Math.sin(2 * Math.PI * (hz * seconds + phase));
    return sum;
  }
}

const MOOD_MASK = maskOf(['browInnerUp', 'mouthSmileLeft', 'mouthSmileRight']);

/** The channels idle life drives: eyes, head, brows, and a breath of mouth corners. */
export const IDLE_MASK: ChannelMask = MASK.eyes.map((on, i) => on | MASK.head[i]! | MOOD_MASK[i]!);

export interface IdleLifeOptions {
  /** The same seed gives the same life. Default 1. */
  readonly seed?: number;
  /** The time at which life begins, in milliseconds. Default 0. */
  readonly startMs?: number;
}

/**
 * What a face does when nobody drives it: blinks, saccadic gaze, breathing and slow head drift. Entirely local, so a
 * silent or cut connection still shows a living face. Deterministic for a seed and a sequence of times; time is given.
 */
export class IdleLife {
  /** The idle pose of the last `advance`. */
  readonly pose: Pose = createPose();
  readonly mask: ChannelMask = IDLE_MASK;
  readonly #blinker: Blinker;
  readonly #gaze: GazeWander;
  readonly #drifts: readonly [Drift, Drift, Drift, Drift];
  readonly #breathHz: number;
  readonly #random: Random;

  constructor({ seed = 1, startMs = 0 }: IdleLifeOptions = {}) {
    const random = seededRandom(seed);
    this.#random = random;
    this.#blinker = new Blinker(random, startMs);
    this.#gaze = new GazeWander(random, startMs);
    this.#drifts = [new Drift(random), new Drift(random), new Drift(random), new Drift(random)];
    this.#breathHz = uniform(random, 0.22, 0.28);
  }

  /** Asks for a blink at the given time: a hint from speech. */
  blink(timeMs: number): void {
    this.#blinker.request(timeMs);
  }

  /** Moves life on to `timeMs` (not going back) and returns `pose`. Allocates nothing between blinks and saccades. */
  advance(timeMs: number): Pose {
    const { values, rotation, translation } = this.pose;
    const seconds = timeMs / 1000;
    const jump = this.#gaze.advance(timeMs);
    if (jump > BLINKING_SACCADE_DEG && this.#random() < 0.5) this.#blinker.request(timeMs);
    writeGaze(this.#gaze.gaze, values);

    const shut = this.#blinker.closureAt(timeMs);
    values[CHANNEL.eyeBlinkLeft] = values[CHANNEL.eyeBlinkRight] = shut;

    const breath = Math.sin(2 * Math.PI * this.#breathHz * seconds);
    const [yaw, pitch, roll, mood] = this.#drifts;
    const { gaze } = this.#gaze;
    rotation[0] = (1.9 * yaw.at(seconds) + 0.05 * gaze.yaw) * DEGREE;
    rotation[1] = (1.4 * pitch.at(seconds) - 0.25 * breath) * DEGREE;
    rotation[2] = 1.1 * roll.at(seconds) * DEGREE;
    translation[1] = 0.0011 * breath;
    translation[2] = 0.0006 * breath;
    values[CHANNEL.browInnerUp] = 0.03 * (1 + mood.at(seconds));
    values[CHANNEL.mouthSmileLeft] = values[CHANNEL.mouthSmileRight] = FRIENDLY_SMILE * (1 + 0.4 * mood.at(seconds + 40));
    return this.pose;
  }
}
