/** The first four bytes of an input say how the rest is cut. */
export const BORDER_BYTES = 4;

/** Cuts the rest of an input into chunks, by sizes that its first bytes give: the same input is always cut the same way. */
export function cutByInput(input: Uint8Array): { whole: Uint8Array; chunks: Uint8Array[] } {
  const whole = input.subarray(Math.min(BORDER_BYTES, input.length));
  const sizes = [...input.subarray(0, BORDER_BYTES)];
  const chunks: Uint8Array[] = [];
  // A size below 16 is taken as it is, so that tiny chunks are common; larger ones grow with their square.
  for (let at = 0, i = 0; at < whole.length; i++) {
    const size = sizes[i % sizes.length]!;
    const bytes = i > MAX_CHUNKS ? whole.length : size < 16 ? size : (size * size) >> 4;
    chunks.push(whole.subarray(at, at + bytes));
    at += bytes;
  }
  return { whole, chunks };
}

/** After so many chunks the rest comes in one: sizes may all be zero. */
const MAX_CHUNKS = 512;

export function withBorders(stream: Uint8Array, sizes: readonly [number, number, number, number] = [255, 255, 255, 255]): Uint8Array {
  return Uint8Array.from([...sizes, ...stream]);
}
