/**
 * Turns 16-bit little-endian mono PCM into samples in [-1, 1), whatever the chunk borders: the odd byte of a chunk is
 * kept for the next. Views are read at their own byteOffset. Keeps one byte.
 */
export class Pcm16Decoder {
  #odd: number | undefined;

  /** The samples that `bytes` complete, in an array the caller owns. */
  push(bytes: Uint8Array): Float32Array {
    const carried = this.#odd === undefined ? 0 : 1;
    const samples = new Float32Array((carried + bytes.length) >> 1);
    if (samples.length === 0 && bytes.length === 0) return samples;
    let next = 0;
    if (carried && bytes.length > 0) samples[next++] = sample(this.#odd!, bytes[0]!);
    let at = carried;
    for (; at + 1 < bytes.length; at += 2) samples[next++] = sample(bytes[at]!, bytes[at + 1]!);
    this.#odd = at < bytes.length ? bytes[at]! : undefined;
    return samples;
  }

  /** Forgets a byte left over. */
  reset(): void {
    this.#odd = undefined;
  }
}

function sample(low: number, high: number): number {
  return ((((high << 8) | low) << 16) >> 16) / 32768;
}

/** 16-bit samples as the engine and the resampler take them: in [-1, 1), in an array the caller owns. */
export function toFloatSamples(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (value) => value / 32768);
}
