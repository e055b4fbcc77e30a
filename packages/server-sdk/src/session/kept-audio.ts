/** The tail of a byte stream whose head is forgotten as it is no longer needed. Copies what it is given. */
export class KeptAudio {
  #buffer = new Uint8Array(0);
  /** Where in the buffer the first kept byte is, and where in the stream. */
  #head = 0;
  #position = 0;
  #length = 0;

  /** Bytes kept. */
  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    if (this.#head + this.#length + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#head + this.#length);
    this.#length += bytes.length;
  }

  /** Forgets what lies before `position` of the stream. */
  trim(position: number): void {
    const dropped = Math.min(Math.max(0, position - this.#position), this.#length);
    this.#head += dropped;
    this.#position += dropped;
    this.#length -= dropped;
  }

  /** What is kept from `position` of the stream on: a view, valid until the next `append`. */
  since(position: number): Uint8Array {
    const from = this.#head + Math.min(Math.max(0, position - this.#position), this.#length);
    return this.#buffer.subarray(from, this.#head + this.#length);
  }

  /** Twice what is needed, so that appending costs a constant per byte. */
  #makeRoom(more: number): void {
    const kept = this.#buffer.subarray(this.#head, this.#head + this.#length);
    const needed = this.#length + more;
    const target = needed * 2 <= this.#buffer.length ? this.#buffer : new Uint8Array(needed * 2);
    target.set(kept);
    this.#buffer = target;
    this.#head = 0;
  }
}
