/** Pieces that have left are kept this long, to go back to where a listener was. */
const KEEP_MS = 2_000;

export interface SentPiece {
  readonly id: number;
  /** Its place in the utterance, milliseconds. */
  readonly timeMs: number;
  readonly ms: number;
  readonly pcm: Uint8Array;
  /** When its first sample leaves; unknown until the publisher has taken it. */
  exitMs: number | undefined;
}

/** Where an utterance's time and the backend's clock meet. */
export interface Mark {
  readonly timeMs: number;
  readonly atMs: number;
}

/** Which pieces of an utterance are under way to the track, and when each leaves. Bounded by what is under way and `KEEP_MS`. */
export class TrackClock {
  #pieces: SentPiece[] = [];
  #mark: Mark | undefined;

  /** Where the sound that leaves without a break is; undefined before the first piece was taken. */
  get mark(): Mark | undefined {
    return this.#mark;
  }

  /** How much has been handed over, milliseconds of the utterance. */
  get untilMs(): number {
    const last = this.#pieces.at(-1);
    return last ? last.timeMs + last.ms : 0;
  }

  /** When what has been handed over will have left; `nowMs` where it has. */
  emptyMs(nowMs: number): number {
    const last = this.#pieces.at(-1);
    if (!last) return nowMs;
    if (last.exitMs !== undefined) return Math.max(nowMs, last.exitMs + last.ms);
    const waitingMs = this.#pieces.reduce((sum, { exitMs, ms }) => sum + (exitMs === undefined ? ms : 0), 0);
    const taken = this.#pieces.findLast(({ exitMs }) => exitMs !== undefined);
    return Math.max(nowMs, taken ? taken.exitMs! + taken.ms : nowMs) + waitingMs;
  }

  sent(piece: SentPiece, nowMs: number): void {
    while (this.#pieces.length > 1 && (this.#pieces[0]!.exitMs ?? Infinity) + KEEP_MS < nowMs) this.#pieces.shift();
    this.#pieces.push(piece);
  }

  /** The publisher has taken a piece. True where its sound does not follow on what left before it. */
  captured(id: number, exitMs: number): boolean {
    const piece = this.#pieces.find((one) => one.id === id);
    if (!piece) return false;
    piece.exitMs = exitMs;
    const follows = this.#mark !== undefined && Math.abs(exitMs - this.#mark.atMs - (piece.timeMs - this.#mark.timeMs)) < 1;
    if (!follows) this.#mark = { timeMs: piece.timeMs, atMs: exitMs };
    return !follows;
  }

  /** The place in the utterance that leaves now, milliseconds. */
  leavingMs(nowMs: number): number {
    if (!this.#mark) return this.#pieces[0]?.timeMs ?? 0;
    return Math.min(this.untilMs, this.#mark.timeMs + Math.max(0, nowMs - this.#mark.atMs));
  }

  /** Takes back all from the piece that holds `timeMs` on, in order. */
  rewind(timeMs: number): readonly SentPiece[] {
    const from = this.#pieces.findIndex((piece) => piece.timeMs + piece.ms > timeMs);
    const again = from < 0 ? [] : this.#pieces.splice(from);
    this.#mark = undefined;
    return again;
  }
}
