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
 * Rows of the past, a ring for each block: a step adds one row and reads `taps`, so that no copy of all of it is ever made.
 * It gathers [block, tap, width] and takes [block, width].
 */
export class RingState implements StreamState {
  readonly #shape: RingShape;
  readonly #rings: readonly Float32Array[];
  #step = 0;

  constructor(shape: RingShape) {
    this.#shape = shape;
    this.#rings = shape.dilations.map((dilation) => new Float32Array(shape.taps * dilation * shape.width));
  }

  gather(input: Float32Array, at: number): void {
    const { dilations, taps, width } = this.#shape;
    let to = at;
    for (let block = 0; block < dilations.length; block++) {
      const ring = this.#rings[block]!;
      for (let tap = 0; tap < taps; tap++) {
        // A ring holds `taps * dilation` rows: that many steps ago is now.
        const from = ((this.#step + tap * dilations[block]!) * width) % ring.length;
        for (let i = 0; i < width; i++) input[to++] = ring[from + i]!;
      }
    }
  }

  take(output: Float32Array, at: number): void {
    const { width } = this.#shape;
    let from = at;
    for (const ring of this.#rings) {
      const to = (this.#step * width) % ring.length;
      for (let i = 0; i < width; i++) ring[to + i] = output[from++]!;
    }
    this.#step++;
  }

  reset(): void {
    for (const ring of this.#rings) ring.fill(0);
    this.#step = 0;
  }
}
