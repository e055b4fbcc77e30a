/** What a loudness meter does: the jaw opens with the level, nothing else moves. */
import { CHANNEL, CHANNEL_COUNT } from '@visavis/face';
import { FPS, SAMPLE_RATE, levelDb } from '../track.js';
import type { System } from './system.js';

const FLOOR_DB = -50;
const FULL_DB = -15;
const REACH_S = 0.03;

export function loudnessSystem(): System {
  return {
    id: 'loudness', what: `level within ${1000 * REACH_S} ms either side, ${FLOOR_DB} to ${FULL_DB} dBFS as jawOpen 0 to 1`, sampleRate: SAMPLE_RATE,
    run: (samples) => Promise.resolve(Array.from({ length: Math.ceil((samples.length * FPS) / SAMPLE_RATE) }, (_, k) => {
      const pose = new Float32Array(CHANNEL_COUNT);
      pose[CHANNEL.jawOpen] = Math.min(1, Math.max(0, (levelDb(samples, k / FPS, REACH_S) - FLOOR_DB) / (FULL_DB - FLOOR_DB)));
      return pose;
    })),
  };
}
