/** How chunks are gathered into messages; every figure in milliseconds of media. */
export interface BundlePolicy {
  /** At most this much in the first message, which goes at once. */
  readonly firstMs: number;
  /** Ahead of playback, wait for this much. */
  readonly minMs: number;
  /** Never more than this in one message; far ahead of playback, wait for it. */
  readonly maxMs: number;
  /** With less than this in hand at the player nothing is held back: it covers the network and the client's start. */
  readonly reserveMs: number;
}

export const BUNDLE_POLICY: BundlePolicy = { firstMs: 80, minMs: 200, maxMs: 400, reserveMs: 150 };

/** Units such as 1000/30 ms do not add up exactly. */
const EPSILON = 1e-6;

/**
 * Gathers units of equal duration (frames, audio packets) into messages: small at once while the player waits, large when
 * it has plenty, since most of a small message is envelope. It supposes that the player starts with the first message
 * and stalls where it has nothing. Holds what was added and not taken: under `maxMs` if `take` is called until it is empty.
 */
export class ChunkBundler<T> {
  readonly #unitMs: number;
  readonly #policy: BundlePolicy;
  #held: T[] = [];
  #sentMs = 0;
  /** When the player began to play, moved on by each stall. */
  #startMs: number | undefined;

  constructor(unitMs: number, policy: BundlePolicy = BUNDLE_POLICY) {
    this.#unitMs = unitMs;
    this.#policy = policy;
  }

  add(units: readonly T[]): void {
    for (const unit of units) this.#held.push(unit);
  }

  /** How much was taken so far. */
  get sentMs(): number {
    return this.#sentMs;
  }

  /** When to call `take` again although nothing was added; `undefined` where nothing is held. */
  get dueMs(): number | undefined {
    if (this.#held.length === 0 || this.#startMs === undefined) return undefined;
    return this.#startMs + this.#sentMs - this.#policy.reserveMs;
  }

  /** The next message's units, or `undefined` where there are none or it is better to wait. */
  take(nowMs: number): T[] | undefined {
    if (this.#held.length === 0) return undefined;
    if (this.#startMs === undefined) return this.#cut(this.#policy.firstMs, nowMs);
    return this.#held.length < this.#wanted(nowMs) ? undefined : this.force(nowMs);
  }

  /** As `take`, but never waits. */
  force(nowMs: number): T[] | undefined {
    return this.#held.length === 0 ? undefined : this.#cut(this.#policy.maxMs, nowMs);
  }

  /** How many units are worth a message. */
  #wanted(nowMs: number): number {
    const { minMs, maxMs, reserveMs } = this.#policy;
    const aheadMs = this.#aheadMs(nowMs);
    if (aheadMs <= reserveMs) return 1;
    // So far ahead, the player keeps its reserve even while `maxMs` comes in at the pace of speech.
    return aheadMs > reserveMs + maxMs ? this.#unitsIn(maxMs) : Math.min(this.#unitsIn(maxMs), Math.ceil(minMs / this.#unitMs - EPSILON));
  }

  /** Whole units that fit, at least one. */
  #unitsIn(ms: number): number {
    return Math.max(1, Math.floor(ms / this.#unitMs + EPSILON));
  }

  #aheadMs(nowMs: number): number {
    return this.#sentMs - (nowMs - (this.#startMs ?? nowMs));
  }

  #cut(limitMs: number, nowMs: number): T[] {
    // A player that ran dry waited: it has not moved past what was sent.
    this.#startMs = Math.max(this.#startMs ?? nowMs, nowMs - this.#sentMs);
    const units = this.#held.splice(0, this.#unitsIn(limitMs));
    this.#sentMs += units.length * this.#unitMs;
    return units;
  }
}
