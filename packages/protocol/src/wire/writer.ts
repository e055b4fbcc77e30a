/** In browsers and in Node; the language's own library does not name it. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

const utf8 = new TextEncoder();

/** Bytes of protobuf's wire format, put together once at the end. */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];
  #small: number[] = [];
  #length = 0;

  get length(): number {
    return this.#length + this.#small.length;
  }

  tag(number: number, wire: number): void {
    this.varint((number * 8 + wire) >>> 0);
  }

  /** A whole number in 0..2^32-1. */
  varint(value: number): void {
    while (value > 0x7f) {
      this.#small.push((value & 0x7f) | 0x80);
      value >>>= 7;
    }
    this.#small.push(value);
  }

  /** A whole number of 32 bits with its sign, which a negative one carries through ten bytes. */
  signed(value: number): void {
    if (value >= 0) return this.varint(value);
    for (let i = 0; i < 9; i++) {
      this.#small.push((value & 0x7f) | 0x80);
      value >>= 7;
    }
    this.#small.push(1);
  }

  fixed(value: number, bytes: 4 | 8): void {
    const view = new DataView(new ArrayBuffer(bytes));
    if (bytes === 4) view.setFloat32(0, value, true);
    else view.setFloat64(0, value, true);
    this.#append(new Uint8Array(view.buffer));
  }

  string(text: string): void {
    this.bytes(utf8.encode(text));
  }

  /** With their length before them. */
  bytes(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.#append(bytes);
  }

  /** What another writer has, with its length before it. */
  nested(writer: WireWriter): void {
    this.varint(writer.length);
    writer.#settle();
    this.#settle();
    for (const part of writer.#parts) this.#parts.push(part);
    this.#length += writer.#length;
  }

  finish(): Uint8Array {
    this.#settle();
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #append(bytes: Uint8Array): void {
    this.#settle();
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  /** Turns the single bytes so far into a part. */
  #settle(): void {
    if (this.#small.length === 0) return;
    this.#parts.push(Uint8Array.from(this.#small));
    this.#length += this.#small.length;
    this.#small = [];
  }
}
