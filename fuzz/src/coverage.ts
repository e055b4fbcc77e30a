/** Counters of the code under test, where this is the fuzzer's bundle; none in the tests. */
const hits = ((globalThis as { fuzzHits?: Uint8ClampedArray }).fuzzHits ??= new Uint8ClampedArray(65_536));

/** How often a branch ran, in eight classes: twice is news, 201 times after 200 is not. */
const CLASS_OF = Uint8Array.from({ length: 256 }, (_, n) => (n < 4 ? n : n < 8 ? 4 : n < 16 ? 5 : n < 32 ? 6 : n < 128 ? 7 : 8));

export function clearHits(used: number): void {
  hits.fill(0, 0, used);
}

/** What the last run did: a number for each branch and class of how often it ran. `used`: how many counters there are. */
export function readFeatures(used: number, out: number[]): void {
  out.length = 0;
  for (let i = 0; i < used; i++) if (hits[i] !== 0) out.push(i * 16 + CLASS_OF[hits[i]!]!);
}

export const counterOf = (feature: number): number => feature >> 4;
