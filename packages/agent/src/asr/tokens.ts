/** Moonshine's tokens: byte strings by number, `▁` for a space, single bytes for what has no token. */

/** Reads `tokenizer.bin`: strings one after the other, each after its length, a varint. Throws where it is cut off. */
export function parseTokens(bytes: Uint8Array): Uint8Array[] {
  const tokens: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    let length = bytes[at++]!;
    if (length >= 128) length += (bytes[at++] ?? 0) * 128 - 128;
    if (at + length > bytes.length) throw new RangeError(`the token at byte ${at} reaches over the end of the file`);
    tokens.push(bytes.subarray(at, at + length));
    at += length;
  }
  return tokens;
}

/** The text of token numbers; markers such as `</s>` and `<<ST_3>>` say nothing. */
export function textOf(ids: readonly number[], tokens: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  const bytes: number[] = [];
  for (const id of ids) {
    const token = tokens[id];
    if (token && !/^<.*>$/.test(decoder.decode(token))) bytes.push(...token);
  }
  return decoder.decode(Uint8Array.from(bytes)).replaceAll('▁', ' ').trim();
}
