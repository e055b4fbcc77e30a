/** The bytes of a received binary message, as a plain view (a Buffer's `slice` shares, a view's copies); `undefined` for a text frame. */
export function binaryOf(data: Buffer, isBinary: boolean): Uint8Array | undefined {
  return isBinary ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : undefined;
}
