/** Several messages in one input: each as two bytes of length, the upper bit of which is a flag, and its bytes. */
export interface Part {
  readonly flag: boolean;
  readonly bytes: Uint8Array;
}

const FLAG = 0x8000;

/** Lengths that reach beyond the input end with it. */
export function splitParts(input: Uint8Array, most: number): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at + 2 <= input.length && parts.length < most; ) {
    const head = (input[at]! << 8) | input[at + 1]!;
    const end = at + 2 + (head & (FLAG - 1));
    parts.push({ flag: (head & FLAG) !== 0, bytes: input.subarray(at + 2, end) });
    at = end;
  }
  return parts;
}

export function joinParts(messages: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(messages.flatMap((bytes) => [Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]));
}
