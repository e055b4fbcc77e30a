/** A stretch of time, its end not in it: milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Stretches of time, kept in order and without overlaps. They may come in any order; those in time's order cost least. */
export class Spans {
  readonly #spans: Span[] = [];

  add({ fromMs, toMs }: Span): void {
    const first = this.#firstOver((span) => span.toMs >= fromMs);
    const after = this.#firstOver((span) => span.fromMs > toMs);
    const [head, last] = [this.#spans[first], this.#spans[after - 1]];
    if (after <= first || !head || !last) this.#spans.splice(first, 0, { fromMs, toMs });
    else this.#spans.splice(first, after - first, { fromMs: Math.min(fromMs, head.fromMs), toMs: Math.max(toMs, last.toMs) });
  }

  /** By halving: an hour's spans cost no more than a minute's. */
  has(timeMs: number): boolean {
    const span = this.#spans[this.#firstOver(({ toMs }) => toMs > timeMs)];
    return span !== undefined && timeMs >= span.fromMs;
  }

  #firstOver(isOver: (span: Span) => boolean): number {
    let [low, high] = [0, this.#spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isOver(this.#spans[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
