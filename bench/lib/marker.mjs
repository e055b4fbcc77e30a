/**
 * The marker utterance: a chirp in the sound wherever the mouth is widest in the motion. Between chirps two channels go round
 * a circle, so that any pose tells its own time to a fraction of a millisecond, whatever the client says of it.
 */
import { CHANNEL, createPose, maskOf } from '@visavis/face';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';

export const FPS = 30;
/** From chirp to chirp, milliseconds, and where the first one begins. */
export const PERIOD_MS = 500;
export const FIRST_MS = 250;
/** A chirp: how long, and from where to where its tone glides. Below 4 kHz, so that every sample rate and codec carries it. */
const CHIRP_MS = 20;
const [LOW_HZ, HIGH_HZ] = [800, 3_600];
const LEVEL = 0.5;
const [HUM_HZ, HUM_LEVEL] = [220, 0.3];
/** As the server bundles: the first chunk is small, so that it starts at once. */
const FIRST_FRAMES = 2;
const CHUNK_FRAMES = 6;

/** The chirp at `seconds` from its start. */
function chirpAt(seconds) {
  const length = CHIRP_MS / 1000;
  if (seconds < 0 || seconds >= length) return 0;
  const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * seconds) / length);
  return window * Math.sin(2 * Math.PI * (LOW_HZ * seconds + ((HIGH_HZ - LOW_HZ) * seconds * seconds) / (2 * length)));
}

/** The template that a matched filter looks for. */
export function chirp(sampleRate) {
  return Float32Array.from({ length: Math.round((CHIRP_MS * sampleRate) / 1000) }, (_, i) => chirpAt(i / sampleRate));
}

/** When chirps begin in an utterance of `ms`. */
export function chirpTimes(ms) {
  return Array.from({ length: Math.floor((ms - FIRST_MS - CHIRP_MS) / PERIOD_MS) + 1 }, (_, i) => FIRST_MS + i * PERIOD_MS);
}

/** Mono s16le: chirps in silence, or on a hum that never pauses, so that a cut has something to cut. */
export function markerPcm(sampleRate, ms, hums = false) {
  const hum = (i) => (hums ? HUM_LEVEL * 32_767 * Math.sin((2 * Math.PI * HUM_HZ * i) / sampleRate) : 0);
  const samples = Int16Array.from({ length: Math.round((ms * sampleRate) / 1000) }, (_, i) => Math.round(hum(i)));
  for (const startMs of chirpTimes(ms)) {
    const from = Math.floor((startMs * sampleRate) / 1000);
    for (let i = from; i < Math.min(samples.length, from + (CHIRP_MS * sampleRate) / 1000 + 1); i++) {
      samples[i] += Math.round(LEVEL * 32_767 * chirpAt(i / sampleRate - startMs / 1000));
    }
  }
  return new Uint8Array(samples.buffer);
}

/** Messages of motion, each with the time of its first frame. */
export function markerMotion(reqId, ms) {
  const frames = Math.round((ms * FPS) / 1000);
  const mask = maskOf(['jawOpen', 'mouthFunnel']);
  const messages = [];
  for (let first = 0; first < frames; first += messages.length === 1 ? FIRST_FRAMES : CHUNK_FRAMES) {
    const count = Math.min(messages.length === 0 ? FIRST_FRAMES : CHUNK_FRAMES, frames - first);
    const poses = Array.from({ length: count }, (_, i) => poseAt(((first + i) * 1000) / FPS));
    const end = first + count >= frames;
    const motion = encodeMotion({ fps: FPS, firstFrame: first, mask, poses });
    messages.push({ atMs: (first * 1000) / FPS, end, bytes: encodeEnvelope('serverResponseAnimation', { connectionId: 'bench', reqId, motion, end }) });
  }
  return messages;
}

function poseAt(timeMs) {
  const angle = (2 * Math.PI * (timeMs - FIRST_MS)) / PERIOD_MS;
  const pose = createPose();
  pose.values[CHANNEL.jawOpen] = 0.5 + 0.5 * Math.cos(angle);
  pose.values[CHANNEL.mouthFunnel] = 0.5 + 0.5 * Math.sin(angle);
  return pose;
}

/** The time a pose tells, the one nearest to `nearMs`; undefined where the pose is between two looks and tells none. */
export function timeOf({ jaw, funnel }, nearMs) {
  const [x, y] = [2 * jaw - 1, 2 * funnel - 1];
  // Blended with another pose it leaves the circle. Between two frames it is up to 2 % inside.
  if (Math.abs(Math.hypot(x, y) - 0.99) > 0.03) return undefined;
  const timeMs = FIRST_MS + (Math.atan2(y, x) / (2 * Math.PI)) * PERIOD_MS;
  return timeMs + Math.round((nearMs - timeMs) / PERIOD_MS) * PERIOD_MS;
}

/**
 * Where chirps begin in `samples`, in samples with a fraction: a matched filter at each burst, refined by a parabola through
 * its peak. One result for each burst of sound.
 */
export function findChirps(samples, sampleRate) {
  const template = chirp(sampleRate);
  const reach = template.length;
  const found = [];
  for (let i = 0; i < samples.length; i++) {
    if (Math.abs(samples[i]) < LEVEL / 4) continue;
    found.push(matchAround(samples, template, i - reach, i + reach));
    i += Math.round((sampleRate * PERIOD_MS) / 2000);
  }
  return found;
}

function matchAround(samples, template, from, to) {
  const at = (lag) => {
    let sum = 0;
    for (let i = 0; i < template.length; i++) sum += template[i] * (samples[lag + i] ?? 0);
    return sum;
  };
  let best = from;
  let peak = -Infinity;
  for (let lag = from; lag <= to; lag++) {
    const value = at(lag);
    if (value > peak) [best, peak] = [lag, value];
  }
  const [before, after] = [at(best - 1), at(best + 1)];
  return best + (before - after) / (2 * (before - 2 * peak + after));
}
