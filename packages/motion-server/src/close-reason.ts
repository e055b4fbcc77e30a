/** A close frame has this much room for its reason, in bytes. */
const MAX_BYTES = 123;

/** As much of `text` as a close frame holds, in UTF-8, cut between characters. */
export function closeReason(text: string): Buffer {
  const bytes = Buffer.alloc(MAX_BYTES);
  return bytes.subarray(0, new TextEncoder().encodeInto(text, bytes).written);
}
