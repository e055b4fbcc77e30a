/** Of frames of 20 ms. A pause is this long, after this much speech, and hints are this far apart at least. */
const PAUSE_FRAMES = 5;
const PHRASE_FRAMES = 30;
const APART_FRAMES = 150;
/** A blink: lids close faster than they open. */
const LIDS = [0.5, 1, 1, 1, 0.75, 0.45, 0.2, 0.05];

/**
 * Hints that now is a good moment to blink: as speech pauses or ends. At most twenty a minute, for a client that blinks by
 * itself takes a hint in place of its next blink.
 */
export class BlinkHints {
  #spoken = 0;
  #silent = 0;
  #since = APART_FRAMES;

  reset(): void {
    this.#spoken = 0;
    this.#silent = 0;
    this.#since = APART_FRAMES;
  }

  /** How far the lids are to be shut now, 0..1. `speech`: how surely it is heard. */
  advance(speech: number): number {
    this.#since++;
    if (speech > 0.5) {
      this.#spoken++;
      this.#silent = 0;
    } else if (++this.#silent === PAUSE_FRAMES) {
      if (this.#spoken >= PHRASE_FRAMES && this.#since >= APART_FRAMES) this.#since = 0;
      this.#spoken = 0;
    }
    return LIDS[this.#since] ?? 0;
  }
}
