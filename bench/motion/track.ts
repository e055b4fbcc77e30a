/** What every system hands over, and what is read off it. */
import { CHANNEL, type ChannelName } from '@visavis/face';

/** Frames a second of every comparison: the rate of the recorded face. */
export const FPS = 30;
export const SAMPLE_RATE = 16_000;

/** Poses at FPS, pose k for the audio at k / FPS seconds: the 58 values of @visavis/face each. */
export type Track = readonly Float32Array[];

export type Curve = Float64Array;

/** How far the lips are apart: jawOpen - mouthClose. */
export function openingOf(track: Track): Curve {
  return curveOf(track, (pose) => weight(pose, 'jawOpen') - weight(pose, 'mouthClose'));
}

/** The larger of mouthFunnel and mouthPucker. */
export function roundingOf(track: Track): Curve {
  return curveOf(track, (pose) => Math.max(weight(pose, 'mouthFunnel'), weight(pose, 'mouthPucker')));
}

/** What the recording's press label measures, in the product's channels: mouthPressLeft + mouthRollLower + mouthRollUpper. */
export function pressOf(pose: Float32Array): number {
  return weight(pose, 'mouthPressLeft') + weight(pose, 'mouthRollLower') + weight(pose, 'mouthRollUpper');
}

export function curveOf(track: Track, value: (pose: Float32Array) => number): Curve {
  return Float64Array.from(track, value);
}

export function weight(pose: Float32Array, name: ChannelName): number {
  return pose[CHANNEL[name]]!;
}

export function frameCount(samples: Float32Array): number {
  return Math.ceil((samples.length * FPS) / SAMPLE_RATE);
}

/** Whether each frame is speech by its level within 20 ms either side: above -42 dBFS. */
export function loudFrames(samples: Float32Array, count: number): boolean[] {
  return Array.from({ length: count }, (_, k) => levelDb(samples, k / FPS, 0.02) > -42);
}

/** Pauses up to so many frames do not break speech: 200 ms. */
const PAUSE_FRAMES = 6;
/**
 * Unbroken speech is at least 400 ms long (the recorded clips' utterances last 600 ms at most), and its first and last 100 ms are
 * left out: there the mouth opens from rest or shuts.
 */
const STRETCH_FRAMES = 0.4 * FPS;
const EDGE_FRAMES = 3;

/** The frames inside of speech that goes on without a pause, of frames that are speech. */
export function unbroken(speech: readonly boolean[]): boolean[] {
  const inside = speech.map(() => false);
  let from = -1;
  let last = -1;
  const close = (): void => {
    if (from >= 0 && last - from + 1 >= STRETCH_FRAMES) inside.fill(true, from + EDGE_FRAMES, last + 1 - EDGE_FRAMES);
    from = -1;
  };
  speech.forEach((loud, k) => {
    if (!loud) return;
    if (k - last > PAUSE_FRAMES + 1) close();
    if (from < 0) from = k;
    last = k;
  });
  close();
  return inside;
}

/** Mean power within `reachS` either side of a time, in dB of full scale. */
export function levelDb(samples: Float32Array, timeS: number, reachS: number): number {
  const reach = Math.round(reachS * SAMPLE_RATE);
  const centre = Math.round(timeS * SAMPLE_RATE);
  const near = samples.subarray(Math.max(0, centre - reach), centre + reach);
  let power = 0;
  for (const sample of near) power += sample * sample;
  return 10 * Math.log10(power / Math.max(1, near.length) + 1e-12);
}
