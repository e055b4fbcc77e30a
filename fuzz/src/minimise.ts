import { readCommitted } from './committed.js';
import { clearHits, readFeatures } from './coverage.js';
import { readPlaces } from './loop.js';
import { TargetFolder } from './state.js';
import type { Target } from './target.js';

/** An input kept with the sources is at most so long, and all of a target together. */
const MAX_INPUT_BYTES = 4096;
const MAX_TOTAL_BYTES = 20_000;

/**
 * The inputs, smallest first, that each reach a branch (as often) that no smaller one does; seeds are left out, for they are
 * made anew. What does not fit the bounds is left behind.
 */
export async function minimise(target: Target, runFolder: string, corpusFolder: string, placesPath: string): Promise<Uint8Array[]> {
  const used = readPlaces(placesPath).length;
  const seen = new Set<number>();
  const features: number[] = [];
  const reachesMore = async (input: Uint8Array): Promise<boolean> => {
    clearHits(used);
    await target.run(input);
    readFeatures(used, features);
    const before = seen.size;
    for (const feature of features) seen.add(feature);
    return seen.size > before;
  };
  for (const seed of target.seeds()) await reachesMore(seed);
  const known = [...readCommitted(corpusFolder, target.name), ...new TargetFolder(runFolder, target.name).readCorpus()];
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for (const input of known.sort((a, b) => a.length - b.length)) {
    if (input.length > MAX_INPUT_BYTES || bytes + input.length > MAX_TOTAL_BYTES || !(await reachesMore(input))) continue;
    kept.push(input);
    bytes += input.length;
  }
  return kept;
}
