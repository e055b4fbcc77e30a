/** What `load` reports: `progress` is 0..1 of the whole, and 0 where the size is not known. */
export type LoadProgress =
  | { readonly type: 'downloading'; readonly progress: number }
  | { readonly type: 'completed'; readonly progress: 1 }
  | { readonly type: 'failed'; readonly progress: number; readonly error: Error };

export type LoadListener = (progress: LoadProgress) => void;

/** An application's listener that throws is the page's error to see; the load and other listeners go on. */
export function tellAll(listeners: Iterable<LoadListener>, progress: LoadProgress): void {
  for (const listener of listeners) {
    try {
      listener(progress);
    } catch (error) {
      globalThis.reportError?.(error);
    }
  }
}

/** One share over several files, by their sizes as the manifest or the server tells them; never goes back. */
export class Share {
  readonly #received: number[];
  readonly #expected: (number | undefined)[];
  #last = 0;

  constructor(sizes: readonly (number | undefined)[]) {
    this.#expected = [...sizes];
    this.#received = sizes.map(() => 0);
  }

  /** File `i` has `received` bytes, of `expected`. The share of the whole, 0..1. */
  update(i: number, received: number, expected: number | undefined): number {
    this.#received[i] = received;
    this.#expected[i] ??= expected;
    if (this.#expected.some((bytes) => bytes === undefined)) return this.#last;
    const whole = this.#expected.reduce<number>((sum, bytes) => sum + bytes!, 0);
    const share = this.#received.reduce((sum, bytes) => sum + bytes, 0) / whole;
    this.#last = Math.max(this.#last, Math.min(1, share));
    return this.#last;
  }
}
