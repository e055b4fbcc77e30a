/**
 * Ridge regression on log-mel: what a linear model makes of 200 ms of past and 60 ms of future, the yardstick of the
 * comparison. For a clip it is fitted on the other clips, for all else on every clip. No seed: it has one solution.
 */
import { CHANNEL, CHANNEL_COUNT } from '@visavis/face';
import type { Clip } from '../corpus/facegood.js';
import { FPS, SAMPLE_RATE, type Curve } from '../track.js';
import { addGram, solveRidge, type Gram } from './least-squares.js';
import { MEL_BANDS, logMel } from './log-mel.js';
import type { System } from './system.js';

/** Rows of 10 ms before and after a frame's time that it sees, every second one. */
const OFFSETS = Array.from({ length: 14 }, (_, i) => -20 + 2 * i);
const WIDTH = OFFSETS.length * MEL_BANDS;
/** Penalty on standardised inputs, a share of the number of frames. */
const PENALTY = 0.03;

export function ridgeSystem(clips: readonly Clip[]): System {
  const grams = new Map(clips.map((clip) => [clip.name, gramOf(clip)]));
  const fits = new Map<string | undefined, readonly Float64Array[]>();
  const fitWithout = (heldOut: string | undefined): readonly Float64Array[] => {
    const others = [...grams].filter(([name]) => name !== heldOut).map(([, gram]) => gram);
    return solveRidge(others, PENALTY);
  };
  return {
    id: 'ridge', what: 'ridge on 40 log-mel bands, 200 ms past to 60 ms ahead; fitted on the other clips', sampleRate: SAMPLE_RATE,
    run: (samples, { heldOut } = {}) => {
      const fit = fits.get(heldOut) ?? fitWithout(heldOut);
      fits.set(heldOut, fit);
      return Promise.resolve(predict(samples, fit));
    },
  };
}

/** Sums of products of a clip's inputs and its three targets: opening, rounding, press. */
function gramOf({ samples, opening, rounding, press }: Clip): Gram {
  const rows = inputs(samples);
  const targets: readonly Curve[] = [opening, rounding, press];
  const count = Math.min(rows.length, opening.length);
  return addGram(rows.slice(0, count), targets.map((target) => target.subarray(0, count)));
}

function predict(samples: Float32Array, fit: readonly Float64Array[]): Float32Array[] {
  const channels = [CHANNEL.jawOpen, CHANNEL.mouthFunnel, CHANNEL.mouthPressLeft];
  return inputs(samples).map((row) => {
    const pose = new Float32Array(CHANNEL_COUNT);
    fit.forEach((weights, target) => {
      let value = weights[WIDTH]!;
      for (let i = 0; i < WIDTH; i++) value += weights[i]! * row[i]!;
      pose[channels[target]!] = value;
    });
    pose[CHANNEL.mouthPressRight] = pose[CHANNEL.mouthPressLeft]!;
    return pose;
  });
}

/** The inputs of each frame. */
function inputs(samples: Float32Array): Float32Array[] {
  const mel = logMel(samples);
  const count = Math.ceil((samples.length * FPS) / SAMPLE_RATE);
  return Array.from({ length: count }, (_, k) => {
    const row = new Float32Array(WIDTH);
    OFFSETS.forEach((offset, i) => {
      const at = Math.min(mel.length - 1, Math.max(0, Math.round((k * 100) / FPS) + offset));
      row.set(mel[at]!, i * MEL_BANDS);
    });
    return row;
  });
}
