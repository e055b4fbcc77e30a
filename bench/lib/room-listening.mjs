/** What the page of rooms noted (packages/livekit/test/page), judged: skew of poses against the sound at the element, silence, sound again. */
import { findChirps, FIRST_MS, PERIOD_MS, timeOf } from './marker.mjs';
import { soundOf } from './listening.mjs';

/** Below this a sample is silence; Opus leaves a little of it. */
const SILENT = 1 / 1_024;
const AT_REST = 0.05;

/** Blocks of the tap: when each was handed to the element, by the page's clock. */
export function blocksOf(notes) {
  const sound = soundOf(notes);
  let at = 0;
  return notes.blocks.map(([ms, rate, muted, count, , track]) => {
    const samples = sound.subarray(at, at + count);
    at += count;
    return { ms, endMs: ms + (count * 1000) / rate, rate, muted: muted === 1, track, samples, isAudible: muted === 0 && samples.some((sample) => Math.abs(sample) > SILENT) };
  });
}

/** Chirps as [page's time at which it was handed to the element, time in the utterance]; which one it is, the client's own position tells. */
export function placesOf(notes) {
  const places = [];
  for (const run of runsOf(blocksOf(notes))) {
    const samples = new Float32Array(run.reduce((sum, block) => sum + block.samples.length, 0));
    const starts = [];
    let at = 0;
    for (const block of run) {
      starts.push([at, block.ms]);
      samples.set(block.samples, at);
      at += block.samples.length;
    }
    const { rate } = run[0];
    for (const sample of findChirps(samples, rate)) {
      const [from, ms] = starts.findLast(([first]) => first <= sample);
      const atMs = ms + ((sample - from) * 1000) / rate;
      const heardMs = positionAt(notes, atMs + notes.latencyMs);
      if (heardMs !== undefined) places.push([atMs, FIRST_MS + PERIOD_MS * Math.round((heardMs - FIRST_MS) / PERIOD_MS)]);
    }
  }
  return places;
}

/** Blocks of one track, one after another. */
function runsOf(blocks) {
  const runs = [];
  for (const block of blocks) {
    if (runs.at(-1)?.[0].track !== block.track || runs.at(-1)[0].rate !== block.rate) runs.push([]);
    runs.at(-1).push(block);
  }
  return runs;
}

function positionAt({ positions }, atMs) {
  const near = positions.toSorted((a, b) => Math.abs(a[0] - atMs) - Math.abs(b[0] - atMs))[0];
  return near && near[1] + atMs - near[0];
}

/** Skews of poses between two chirps that follow each other: positive where the mouth is ahead of the sound. */
export function skewsOf(notes) {
  const places = placesOf(notes);
  const skews = [];
  let untold = 0;
  for (const [atMs, jaw, funnel] of notes.poses) {
    const handedMs = atMs - notes.latencyMs;
    const next = places.findIndex(([ms]) => ms > handedMs);
    if (next < 1) continue;
    const [[fromMs, fromTime], [toMs, toTime]] = [places[next - 1], places[next]];
    if (toTime - fromTime !== PERIOD_MS) continue;
    // Where the jitter buffer stretches sound, evenly as far as can be told.
    const soundMs = fromTime + ((handedMs - fromMs) * PERIOD_MS) / (toMs - fromMs);
    const poseMs = timeOf({ jaw, funnel }, soundMs);
    if (poseMs === undefined) untold += 1;
    else skews.push(poseMs - soundMs);
  }
  return { skews, untold, chirps: places.length };
}

/** From the call (page's clock) to the end of the last block that could be heard, and to the mouth at rest; undefined where nothing was heard before. */
export function judgeRoomCut(notes, calledMs) {
  const blocks = blocksOf(notes);
  if (!blocks.some(({ ms, isAudible }) => isAudible && ms < calledMs && ms > calledMs - 100)) return undefined;
  const last = blocks.findLast(({ isAudible }) => isAudible);
  const poses = notes.poses.filter(([atMs]) => atMs > calledMs);
  const open = poses.findLastIndex(([, jaw, funnel]) => Math.max(jaw, funnel) > AT_REST);
  return { silenceMs: Math.max(0, last.endMs - calledMs), restMs: (poses[open + 1]?.[0] ?? Infinity) - calledMs };
}

/** When sound could be heard first; of another track than the first where asked. */
export function firstSoundMs(notes, { ofAnotherTrack = false } = {}) {
  const blocks = blocksOf(notes);
  const first = blocks[0]?.track;
  return blocks.find(({ isAudible, track }) => isAudible && (!ofAnotherTrack || track !== first))?.ms;
}
