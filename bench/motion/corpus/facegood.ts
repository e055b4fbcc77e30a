/** Real face motion with its audio, outside the repository: shared/data/facegood's README says what the channels mean. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseWav, toFloatSamples } from '@visavis/motion';
import { FPS, SAMPLE_RATE, loudFrames, type Curve } from '../track.js';

export interface Clip {
  readonly name: string;
  readonly samples: Float32Array;
  readonly opening: Curve;
  readonly rounding: Curve;
  /** mouth_press_l + mouth_suck_dl + mouth_suck_ul. */
  readonly press: Curve;
  /** Level within 20 ms above -42 dBFS. */
  readonly speech: readonly boolean[];
}

interface Recording {
  readonly fps: number;
  readonly names: readonly string[];
  readonly frames: readonly (readonly number[])[];
}

/** The clips of a folder, or none where it has none: pairs of X.wav (16 kHz) and X.json (30 fps). */
export function loadClips(folder: string): Clip[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length)).sort();
  return names.filter((name) => existsSync(join(folder, `${name}.wav`))).map((name) => loadClip(folder, name));
}

function loadClip(folder: string, name: string): Clip {
  const { fps, names, frames } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Recording;
  const { sampleRate, samples } = parseWav(readFileSync(join(folder, `${name}.wav`)));
  if (fps !== FPS || sampleRate !== SAMPLE_RATE) throw new Error(`${name}: ${fps} fps and ${sampleRate} Hz; the bench wants ${FPS} fps and ${SAMPLE_RATE} Hz`);
  const channel = (wanted: string): number => {
    const column = names.indexOf(wanted);
    if (column < 0) throw new Error(`${name}.json has no channel ${wanted}`);
    return column;
  };
  const [funnel, oh, pucker] = ['mouth_funnel_dl', 'mouth_oh_c', 'mouth_pucker_l'].map(channel) as [number, number, number];
  const pressing = ['mouth_press_l', 'mouth_suck_dl', 'mouth_suck_ul'].map(channel);
  const stretch = channel('mouth_stretch_c');
  const audio = toFloatSamples(samples);
  return {
    name, samples: audio,
    opening: Float64Array.from(frames, (frame) => frame[stretch]!),
    rounding: Float64Array.from(frames, (frame) => Math.max(frame[funnel]!, frame[oh]!, frame[pucker]!)),
    press: Float64Array.from(frames, (frame) => pressing.reduce((sum, column) => sum + frame[column]!, 0)),
    speech: loudFrames(audio, frames.length),
  };
}
