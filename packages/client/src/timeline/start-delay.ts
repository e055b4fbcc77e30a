/**
 * How long an utterance waits before it starts, learned from how late the parts of earlier ones came on this connection.
 * What is in store when sound starts lies between 60 ms (`START_BUFFER_MS`) and 60 + 180.
 */

/** Longest wait beyond the 60 ms that must always be there. */
export const MAX_DELAY_MS = 180;
/** What comes later than this was not on its way: a voice that paused to think, a connection that was gone. */
const PAUSE_MS = 500;
/** Sound fades 8 ms before it would run out, and is looked after every 21 ms. */
const MARGIN_MS = 20;
/** Share of the way to what the last utterance would have needed: up fast, for a stall is heard; down slowly. */
const RISE = 0.5;
const FALL = 0.125;

/** How much later than its first part a stream's later ones came. */
export class Lateness {
  /** Had the stream been played this much after its first part came, no part would have come too late. */
  worstMs = 0;
  #first: number | undefined;

  /** A part that begins at `mediaMs` of the utterance came at `atMs`. */
  add(mediaMs: number, atMs: number): void {
    this.#first ??= atMs - mediaMs;
    const lateMs = atMs - mediaMs - this.#first;
    if (lateMs > PAUSE_MS) this.#first = atMs - mediaMs;
    else this.worstMs = Math.max(this.worstMs, lateMs);
  }
}

/** The wait, in 0..180 ms. One for each connection. */
export class StartDelay {
  #ms = 0;

  get ms(): number {
    return this.#ms;
  }

  /** An utterance has ended whose parts came up to `worstMs` late. */
  learn(worstMs: number): void {
    const need = worstMs > 0 ? Math.min(MAX_DELAY_MS, worstMs + MARGIN_MS) : 0;
    this.#ms += (need - this.#ms) * (need > this.#ms ? RISE : FALL);
  }
}
