/** What one stream carries from step to step in one of the graph's states. All of it starts as zeros. */
export interface StreamState {
  /** Writes what the next step needs into `input`, from `at` on. */
  gather(input: Float32Array, at: number): void;
  /** Takes what the step gave, in `output` from `at` on. */
  take(output: Float32Array, at: number): void;
  reset(): void;
}

/** A state that each step replaces. */
export class PlainState implements StreamState {
  readonly #values: Float32Array;

  constructor(size: number) {
    this.#values = new Float32Array(size);
  }

  gather(input: Float32Array, at: number): void {
    input.set(this.#values, at);
  }

  take(output: Float32Array, at: number): void {
    this.#values.set(output.subarray(at, at + this.#values.length));
  }

  reset(): void {
    this.#values.fill(0);
  }
}

/** The rows that dilated convolutions look back at. */
export interface RingShape {
  /** Of each block, in steps. */
  readonly dilations: readonly number[];
  /** How many rows of the past a block sees: tap k is its row `(taps - k) * dilation` steps ago. */
  readonly taps: number;
  /** Values of a row. */
  readonly width: number;
}

/**
 * Rows of the past, so that no copy of all of it is ever made: a step adds one row of each block and reads `taps`. Rows that
 * are read together, a dilation apart, lie together: a block has a ring of `taps` rows for each of its `dilation` phases.
 * It gathers [block, tap, width] and takes [block, width].
 */
export class RingState implements StreamState {
  readonly #shape: RingShape;
  readonly #blocks: readonly Float32Array[];
  #step = 0;

  constructor(shape: RingShape) {
    this.#shape = shape;
    this.#blocks = shape.dilations.map((dilation) => new Float32Array(shape.taps * dilation * shape.width));
  }

  gather(input: Float32Array, at: number): void {
    const { taps, width } = this.#shape;
    this.#blocks.forEach((rows, block) => {
      const [ring, oldest] = this.#placeIn(block);
      const to = at + block * taps * width;
      input.set(rows.subarray(oldest, ring + taps * width), to);
      if (oldest > ring) input.set(rows.subarray(ring, oldest), to + ring + taps * width - oldest);
    });
  }

  take(output: Float32Array, at: number): void {
    const { width } = this.#shape;
    this.#blocks.forEach((rows, block) => {
      const from = at + block * width;
      rows.set(output.subarray(from, from + width), this.#placeIn(block)[1]);
    });
    this.#step++;
  }

  reset(): void {
    for (const rows of this.#blocks) rows.fill(0);
    this.#step = 0;
  }

  /** Where a block's ring of this step begins, and its oldest row, which the step's own takes the place of. */
  #placeIn(block: number): readonly [ring: number, oldest: number] {
    const { dilations, taps, width } = this.#shape;
    const dilation = dilations[block]!;
    const ring = (this.#step % dilation) * taps * width;
    return [ring, ring + (Math.floor(this.#step / dilation) % taps) * width];
  }
}
