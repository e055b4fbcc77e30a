/** Unpacks raw deflate by the platform's own decoder, never to more than `maxBytes`. Rejects where it is damaged or larger. */
export async function inflate(data: Uint8Array<ArrayBuffer>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(maxBytes);
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  let at = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (at + next.value.byteLength > maxBytes) {
      await reader.cancel();
      throw new RangeError(`unpacks to more than ${maxBytes} bytes`);
    }
    out.set(next.value, at);
    at += next.value.byteLength;
  }
  return out.subarray(0, at);
}
