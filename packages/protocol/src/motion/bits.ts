/** Fits most messages at the pace of speech. */
const FIRST_BYTES = 64;

/** Appends bits to a growing byte array, most significant bit first. */
export class BitWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;
  /** Bits of the last byte that are not written. */
  #free = 0;

  /** The low `count` bits (0..32) of `value`. */
  write(value: number, count: number): void {
    for (let left = count; left > 0;) {
      if (this.#free === 0) this.#addByte();
      const taken = Math.min(left, this.#free);
      left -= taken;
      this.#free -= taken;
      this.#bytes[this.#length - 1]! |= ((value >>> left) & ((1 << taken) - 1)) << this.#free;
    }
  }

  /** Rice code: quotient in unary ones closed by a zero, then `k` bits of remainder. `value` is not negative. */
  writeRice(value: number, k: number): void {
    for (let quotient = value >>> k; quotient > 0; quotient -= 32) this.write(-1, Math.min(quotient, 32));
    this.write(value & ((1 << k) - 1), k + 1);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #addByte(): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#length++;
    this.#free = 8;
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
