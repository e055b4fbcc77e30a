/** A backend that says nothing for this long is being replaced: its packets come four times a second ... */
const QUIET_MS = 1_500;
/** ... where the room says that all is well and nothing comes, it is joined anew after this: some of its ways do not outlive a reconnection ... */
const REJOIN_MS = 4_000;
/** ... what plays of it is given up after this ... */
const LOST_MS = 5_000;
/** ... and it, after this. An avatar that has not come yet is waited for as long. */
const GIVE_UP_MS = 30_000;
/** How often it is asked. A hidden page's timers come once a second. */
export const WATCH_EVERY_MS = 250;
/** More than this between two calls, and the page or its machine slept, or was held up: what was said meanwhile is still to be read. */
const SLEPT_MS = 1_200;

/** Tells from the backend's packets how it is with it. A page's sleep counts as no silence of the backend. */
export class DataWatchdog {
  readonly #now: () => number;
  #lastMs = 0;
  #sleptMs = 0;
  #heardMs = 0;
  #joinedMs = 0;
  /** Joined anew since the backend was last heard for good. */
  #rejoined = false;

  /** `now`: milliseconds of any steady clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Begins: the silence counts from here. */
  start(): void {
    this.#lastMs = this.#now();
    this.#sleptMs = 0;
    this.#heardMs = this.#joinedMs = this.#awakeMs();
    this.#rejoined = false;
  }

  /** The room says that it is connected. */
  joined(): void {
    this.#joinedMs = this.#awakeMs();
  }

  /** It is left and joined once for a silence, not again and again. */
  rejoins(): void {
    this.#rejoined = true;
  }

  /** A packet came. */
  heard(): void {
    this.#heardMs = this.#awakeMs();
    // What is said only just after joining does not show that this connection goes on where the last did not.
    if (this.#heardMs - this.#joinedMs > REJOIN_MS) this.#rejoined = false;
  }

  get isQuiet(): boolean {
    return this.#quietMs() > QUIET_MS;
  }

  get wantsRejoin(): boolean {
    return !this.#rejoined && Math.min(this.#quietMs(), this.#awakeMs() - this.#joinedMs) > REJOIN_MS;
  }

  get isLost(): boolean {
    return this.#quietMs() > LOST_MS;
  }

  get isGone(): boolean {
    return this.#quietMs() > GIVE_UP_MS;
  }

  #quietMs(): number {
    return this.#awakeMs() - this.#heardMs;
  }

  /** Every call is a sign of being awake. */
  #awakeMs(): number {
    const nowMs = this.#now();
    const passedMs = nowMs - this.#lastMs;
    if (passedMs > SLEPT_MS) this.#sleptMs += passedMs - WATCH_EVERY_MS;
    this.#lastMs = nowMs;
    return nowMs - this.#sleptMs;
  }
}
