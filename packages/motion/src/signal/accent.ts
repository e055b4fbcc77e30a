import { Follower } from './dynamics.js';
import { ramp } from './articulation.js';

/** Largest nod of an accented syllable, in radians: about 1.4 degrees. */
const NOD = 0.024;
const BROW = 0.16;

/**
 * Speech accents the head and brows: syllables that stand out from the last second nod the head and lift the brows
 * slightly. Offsets only; gaze, blinks and drift are the client's.
 */
export class Accent {
  /** Head pitch offset in radians, downwards positive. */
  pitch = 0;
  /** Brow lift 0..BROW. */
  brow = 0;
  readonly #syllable = new Follower(90, 0);
  readonly #phrase = new Follower(450, 0);
  readonly #head = new Follower(90, 0);
  readonly #brows = new Follower(120, 0);

  reset(): void {
    this.pitch = 0;
    this.brow = 0;
    for (const follower of [this.#syllable, this.#phrase, this.#head, this.#brows]) follower.reset();
  }

  /** Takes a frame's level in dB under the speaker's peak. */
  advance(level: number): void {
    const loudness = ramp(level, -30, 0);
    const stress = this.#syllable.advance(loudness) - 0.75 * this.#phrase.advance(loudness);
    this.pitch = this.#head.advance(NOD * ramp(stress, 0.1, 0.6));
    this.brow = this.#brows.advance(BROW * ramp(stress, 0.3, 0.7));
  }
}
