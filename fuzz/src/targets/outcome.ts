import { isCoded } from '../target.js';

/** What a streaming decoder made of its chunks: all samples, or the code it stopped with. */
export type Outcome = Float32Array | string;

/** Feeds chunks until the end or an error. Codes other than the given ones are thrown on. */
export function streamed(chunks: readonly Uint8Array[], push: (chunk: Uint8Array) => Float32Array, codes: readonly string[]): Outcome {
  const parts: Float32Array[] = [];
  try {
    for (const chunk of chunks) parts.push(push(chunk));
  } catch (error) {
    if (isCoded(error) && codes.includes(error.code)) return error.code;
    throw error;
  }
  return joined(parts);
}

export function sameOutcome(a: Outcome, b: Outcome): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.length === b.length && a.every((sample, i) => sample === b[i]);
}

export function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
