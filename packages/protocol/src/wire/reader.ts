/** In browsers and in Node; the language's own library does not name it. */
declare const TextDecoder: new (label: string, options: { fatal: boolean; ignoreBOM: boolean }) => { decode(bytes: Uint8Array): string };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Longest varint: 64 bits, seven a byte. */
const MAX_VARINT_BYTES = 10;

/** Reads protobuf's wire format. Everything it gives is checked against the end; what is not there is a RangeError. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The low 32 bits of a varint, as a number from 0 up. */
  varint(): number {
    let value = 0;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#byte();
      if (i < 5) value |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError('a varint does not end');
  }

  bool(): boolean {
    let value = false;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#byte();
      value ||= (byte & 0x7f) !== 0;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a varint does not end');
  }

  fixed(bytes: 4 | 8): number {
    const at = this.#take(bytes);
    return bytes === 4 ? this.#view.getFloat32(at, true) : this.#view.getFloat64(at, true);
  }

  /** A view into the bytes read. */
  bytes(): Uint8Array {
    const length = this.varint();
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Throws a TypeError where it is not UTF-8. */
  string(): string {
    return utf8.decode(this.bytes());
  }

  /** Passes over a field that is not known. Groups, which no version of this wire has, are refused. */
  skip(wire: number): void {
    if (wire === 0) this.varint();
    else if (wire === 1) this.#take(8);
    else if (wire === 2) this.bytes();
    else if (wire === 5) this.#take(4);
    else throw new RangeError(`wire type ${wire} is not known`);
  }

  #byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) throw new RangeError('the bytes end in the middle of a field');
    this.#at += count;
    return at;
  }
}
