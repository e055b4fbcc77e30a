/** RTP counts the samples of the track, 48 kHz whatever the codec is fed with. */
const TICKS_PER_MS = 48;
const WRAP = 2 ** 32;
/** Weight of a reading: readings jitter by the device's buffer, and the jitter buffer's delay changes slowly. */
const FOLLOW = 0.08;
/** Readings this far off, so many in a row, are no jitter: the stream was cut. */
const JUMP_MS = 80;
const JUMP_READINGS = 4;
/** Without a new packet heard for this long the sound stands still. */
const ALIVE_MS = 400;

/**
 * Which sample of a track is heard when, from readings of what is played out. Follows the jitter buffer's changes of delay
 * smoothly. All times in milliseconds of the page; RTP time in milliseconds too, unwrapped, from the first reading on.
 */
export class RtpClock {
  #lastTicks: number | undefined;
  #rtpMs = 0;
  #newMs = -Infinity;
  /** Page time less RTP time of what is heard, smoothed. */
  #lagMs: number | undefined;
  #odd = 0;

  /** Sound moves on. */
  isAlive(nowMs: number): boolean {
    return nowMs - this.#newMs < ALIVE_MS;
  }

  /** Smoothed page time less RTP time of what is heard; undefined before the first reading. */
  get lagMs(): number | undefined {
    return this.#lagMs;
  }

  /** A reading: the packet of this RTP timestamp was played out at `atMs`. */
  read(ticks: number, atMs: number): void {
    if (ticks === this.#lastTicks) return;
    this.#rtpMs += this.#lastTicks === undefined ? 0 : signed(ticks - this.#lastTicks) / TICKS_PER_MS;
    this.#lastTicks = ticks;
    this.#newMs = atMs;
    this.#follow(atMs - this.#rtpMs);
  }

  /** RTP time that is heard at `nowMs`. */
  rtpAt(nowMs: number): number | undefined {
    return this.#lagMs === undefined ? undefined : nowMs - this.#lagMs;
  }

  #follow(lagMs: number): void {
    const off = lagMs - (this.#lagMs ?? lagMs);
    this.#odd = Math.abs(off) > JUMP_MS ? this.#odd + 1 : 0;
    if (this.#lagMs === undefined || this.#odd >= JUMP_READINGS) this.#lagMs = lagMs;
    else if (this.#odd === 0) this.#lagMs += off * FOLLOW;
  }
}

/** The shorter way round. */
function signed(ticks: number): number {
  const positive = ((ticks % WRAP) + WRAP) % WRAP;
  return positive > WRAP / 2 ? positive - WRAP : positive;
}
