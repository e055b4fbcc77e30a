/** What a page of bench:client noted, judged: skew of poses against the sound, silence after a cut. */
import { findChirps, FIRST_MS, PERIOD_MS, timeOf } from './marker.mjs';

/** Chirps whose places differ by more than this have a stall between them; poses there have no one place in the sound. */
const STEADY_MS = 1;
/** Below this a sample is silence (16 bits). */
const SILENT = 1 / 32_768;
/** Idle life moves the mouth by less than this from one frame to the next. */
const STALE = 0.03;
/** A mouth that is opened no wider than this is at rest. */
const AT_REST = 0.05;
/** Samples of a block of the context. */
const BLOCK = 128;
/** A reading this far from the last is a device that left time out, not jitter. */
const JUMP_MS = 8;
/** Where the context's time comes in steps, the least of the readings of so long counts. */
const STEPS_MS = 500;
/** A line through fewer readings has the clock's nominal rate. */
const MIN_READINGS = 20;
/** A cut says nothing unless sound was heard within this before the call, the tap goes on for as long after the last sound, ... */
const WITNESS_MS = 50;
/** ... so many poses came after the call, ... */
const MIN_POSES = 10;
/** ... and the sound did not end before the call: the tap's clock is whole milliseconds. */
const TAP_CLOCK_MS = 1;
/** Where more of the poses than this tell no time, the others may not speak for them. */
const MAX_NOT_TOLD = 0.1;

/** The tap's samples. */
export function soundOf({ sound }) {
  const bytes = Buffer.from(sound, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/**
 * The output's clock, from the page's milliseconds to the context's: lines through all readings of `getOutputTimestamp`, a new
 * one wherever the device left time out. One reading jitters, which is the client's to smooth as it goes; a line knows what came
 * afterwards too. `residualsMs`: how far readings lie from it. `jumps`: how often the device left time out.
 * `stampsInSteps`: the context's time stands between buffers of the device; it is true at the end of each step, when the next is asked for.
 */
export function outputClock({ stamps, stampsInSteps = false }) {
  const all = stamps.map(([contextS, pageMs]) => ({ pageMs, lagMs: contextS * 1000 - pageMs }));
  const readings = stampsInSteps ? leastOfEach(all, STEPS_MS) : all;
  const runs = [];
  for (const reading of readings) {
    const last = runs.at(-1)?.at(-1);
    if (!last || Math.abs(reading.lagMs - last.lagMs) > JUMP_MS) runs.push([]);
    runs.at(-1).push(reading);
  }
  const lines = runs.map(fit);
  const lineAt = (pageMs) => lines.findLast(({ fromMs }) => fromMs <= pageMs) ?? lines[0];
  const toContext = (pageMs) => pageMs + lineAt(pageMs).lagAt(pageMs);
  const residualsMs = readings.map(({ pageMs, lagMs }) => Math.abs(lagMs - lineAt(pageMs).lagAt(pageMs)));
  const toPage = (contextMs) => {
    const { lagAt } = lines.findLast(({ fromMs, lagAt: at }) => fromMs + at(fromMs) <= contextMs) ?? lines[0];
    return contextMs - lagAt(contextMs - lagAt(contextMs));
  };
  return { toContext, toPage, residualsMs, jumps: lines.length - 1 };
}

/** Windows from the first reading on; what is left at the end goes with the last. */
function leastOfEach(readings, windowMs) {
  const [first] = readings;
  const count = Math.max(1, Math.floor(((readings.at(-1)?.pageMs ?? 0) - (first?.pageMs ?? 0)) / windowMs));
  const least = new Map();
  for (const reading of readings) {
    const window = Math.min(count - 1, Math.floor((reading.pageMs - first.pageMs) / windowMs));
    if (!(least.get(window)?.lagMs <= reading.lagMs)) least.set(window, reading);
  }
  return [...least.values()];
}

function fit(run) {
  const mean = (value) => run.reduce((sum, reading) => sum + value(reading), 0) / run.length;
  const [x0, y0] = [mean(({ pageMs }) => pageMs), mean(({ lagMs }) => lagMs)];
  const spread = run.reduce((sum, { pageMs }) => sum + (pageMs - x0) ** 2, 0);
  const slope = run.length < MIN_READINGS ? 0 : run.reduce((sum, { pageMs, lagMs }) => sum + (pageMs - x0) * (lagMs - y0), 0) / spread;
  return { fromMs: run[0].pageMs, lagAt: (pageMs) => y0 + slope * (pageMs - x0) };
}

/** Skews of an utterance's poses: positive where the mouth is ahead of the sound. `problem`: why there are none. */
export function judgeSkew(notes, times) {
  const none = { skews: [], unclear: 0, chirps: 0, residualsMs: [], jumps: 0 };
  if (notes.stamps.length === 0) return { ...none, problem: 'the device told no time' };
  const clock = outputClock(notes);
  const device = { residualsMs: clock.residualsMs, jumps: clock.jumps };
  const chirps = findChirps(soundOf(notes), notes.rate);
  if (chirps.length !== times.length) return { ...none, ...device, chirps: chirps.length, problem: `${chirps.length} chirps heard of ${times.length}` };
  // Where the utterance's time 0 would be in the context's time, by each chirp.
  const origins = chirps.map((at, i) => ((notes.firstFrame + at) * 1000) / notes.rate - times[i]);
  const skews = [];
  let unclear = 0;
  for (const [atMs, jaw, funnel] of notes.poses) {
    const heardMs = clock.toContext(atMs);
    const next = origins.findIndex((origin, i) => origin + times[i] > heardMs);
    // Between the first chirp and the last: outside, nothing tells where the sound is.
    if (next < 1) continue;
    const steady = Math.abs(origins[next] - origins[next - 1]) < STEADY_MS;
    const poseMs = timeOf({ jaw, funnel }, heardMs - origins[next]);
    if (steady && poseMs !== undefined) skews.push(poseMs - (heardMs - origins[next]));
    else unclear += 1;
  }
  return { skews, unclear, ...device, startMs: clock.toPage(origins[0]) - notes.arrivals[0][0], chirps: chirps.length };
}

/**
 * As `judgeSkew`, of a part of an utterance. `originMs`: where in the context's time the utterance began, as an earlier part told;
 * without it the first chirp here is the utterance's first.
 */
export function judgeWindow(notes, originMs) {
  const placesMs = findChirps(soundOf(notes), notes.rate).map((at) => ((notes.firstFrame + at) * 1000) / notes.rate);
  const beganMs = originMs ?? placesMs[0] - FIRST_MS;
  const times = placesMs.map((ms) => FIRST_MS + PERIOD_MS * Math.round((ms - beganMs - FIRST_MS) / PERIOD_MS));
  return { ...judgeSkew(notes, times), originMs: beganMs };
}

/** What is wrong with a case of `told` poses and `unclear` ones beside them; undefined where they speak for the case. */
export function problemOfPoses(told, unclear) {
  if (told === 0) return 'no pose told its time: not measured';
  const share = unclear / (told + unclear);
  return share > MAX_NOT_TOLD ? `${unclear} of ${told + unclear} poses told no time (${Math.round(share * 100)} %)` : undefined;
}

/**
 * From the call to the making of the block with the first sample from which on all is silence, the same as the device's clock
 * has it leave, and what the mouth did afterwards; or the `problem` for which the cut says nothing.
 */
export function judgeCut(notes) {
  const [calledMs] = notes.interrupts;
  const poses = notes.poses.filter(([atMs]) => atMs > calledMs);
  const before = notes.poses.findLast(([atMs]) => atMs <= calledMs);
  if (notes.stamps.length === 0) return { problem: 'the device told no time' };
  if (!before || poses.length < MIN_POSES) return { problem: `${poses.length} poses after the call, ${before ? 'one or more' : 'none'} before it` };
  const sound = soundOf(notes);
  if (!isHeardBefore(notes, sound, calledMs)) return { problem: `no sound in the ${WITNESS_MS} ms before the call` };
  const silentFrame = notes.firstFrame + sound.findLastIndex(isSound) + 1;
  const [, madeMs] = notes.made.findLast(([frame]) => frame <= silentFrame);
  const [, tapEndMs] = notes.made.at(-1);
  if (madeMs <= calledMs - TAP_CLOCK_MS) return { problem: `the sound ended ${(calledMs - madeMs).toFixed(0)} ms before the call` };
  if (tapEndMs < madeMs + WITNESS_MS) return { problem: 'the tap ended with the sound' };
  const silenceMs = Math.max(0, madeMs - calledMs);
  const clock = outputClock(notes);
  const heardSilenceMs = clock.toPage((silentFrame * 1000) / notes.rate) - calledMs;
  return {
    silenceMs, heardSilenceMs, restMs: restAfter(poses, calledMs), stalePoses: staleOf(before, poses, calledMs).length, poses: poses.length, ...startOf(notes, sound, clock),
  };
}

/** From the call to the first pose from which on the mouth is at rest. */
function restAfter(poses, calledMs) {
  const last = poses.findLastIndex(([, jaw, funnel]) => Math.max(jaw, funnel) > AT_REST);
  return (poses[last + 1]?.[0] ?? Infinity) - calledMs;
}

/** From the first message to the first sample of sound: as it is made, and as the device's clock has it leave. */
function startOf(notes, sound, clock) {
  const [[arrivedMs]] = notes.arrivals;
  const { madeMs, leavesMs } = firstSound(notes, sound, clock);
  return { startMs: madeMs - arrivedMs, heardStartMs: leavesMs - arrivedMs };
}

/** When the first sample of sound was made, and when the device's clock has it leave, in the page's milliseconds. */
export function judgeStart(notes) {
  return firstSound(notes, soundOf(notes), outputClock(notes));
}

function firstSound({ made, firstFrame, rate }, sound, clock) {
  const first = firstFrame + sound.findIndex(isSound);
  const [, madeMs] = made.findLast(([frame]) => frame <= first);
  return { madeMs, leavesMs: clock.toPage((first * 1000) / rate) };
}

function isSound(sample) {
  return Math.abs(sample) > SILENT;
}

function isHeardBefore({ made, firstFrame }, sound, calledMs) {
  const blocks = made.filter(([, madeMs]) => madeMs > calledMs - WITNESS_MS && madeMs <= calledMs);
  return blocks.some(([frame]) => sound.subarray(frame - firstFrame, frame - firstFrame + BLOCK).some(isSound));
}

/** The client eases from the pose shown last to rest: neither channel may rise again, as the cut motion would have it. */
function staleOf(before, poses, calledMs) {
  return poses.filter(([atMs, jaw, funnel, playing], i) => {
    const [, jawBefore, funnelBefore] = i === 0 ? before : poses[i - 1];
    return playing === 1 || jaw > jawBefore + STALE || funnel > funnelBefore + STALE || (atMs > calledMs + 250 && Math.max(jaw, funnel) > 0.1);
  });
}
