/** Appends bits to a growing byte array, most significant bit first. */
export class BitWriter {
  readonly #bytes: number[] = [];
  #free = 0;

  /** The low `count` bits (0..32) of `value`. */
  write(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) this.#push((value >>> bit) & 1);
  }

  /** Rice code: quotient in unary ones closed by a zero, then `k` bits of remainder. `value` is not negative. */
  writeRice(value: number, k: number): void {
    for (let quotient = value >>> k; quotient > 0; quotient--) this.#push(1);
    this.#push(0);
    this.write(value & ((1 << k) - 1), k);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #push(bit: number): void {
    if (this.#free === 0) {
      this.#bytes.push(0);
      this.#free = 8;
    }
    this.#free -= 1;
    if (bit) this.#bytes[this.#bytes.length - 1]! |= 1 << this.#free;
  }
}

/** Reads what `BitWriter` wrote. Reading past the end gives `undefined`, and goes on giving it. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;
  readonly #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length * 8;
  }

  /** True where only padding is left: fewer than 8 bits, all zero. */
  get exhausted(): boolean {
    if (this.#end - this.#position >= 8) return false;
    return this.#end === this.#position || this.read(this.#end - this.#position) === 0;
  }

  read(count: number): number | undefined {
    if (this.#position + count > this.#end) {
      this.#position = this.#end + 1;
      return undefined;
    }
    let value = 0;
    for (let i = 0; i < count; i++) value = (value << 1) | this.#bit();
    return value >>> 0;
  }

  /** A Rice code whose quotient is at most `limit`; a longer one counts as the end. */
  readRice(k: number, limit: number): number | undefined {
    let quotient = 0;
    for (;;) {
      const bit = this.read(1);
      if (bit === undefined || quotient > limit) return undefined;
      if (bit === 0) break;
      quotient += 1;
    }
    const rest = this.read(k);
    return rest === undefined ? undefined : (quotient << k) + rest;
  }

  #bit(): number {
    const byte = this.#bytes[this.#position >> 3]!;
    const bit = (byte >> (7 - (this.#position & 7))) & 1;
    this.#position += 1;
    return bit;
  }
}
