import { createFliteVoice } from '../../../packages/agent/dist/tts/index.js';

const WINDOW_MS = 20;
/** Share of the loudest window's RMS from which a window counts as loud, and below which all is over. */
const LOUD = 0.3;
const AUDIBLE = 0.01;

export interface Loudness {
  /** Where the last audible window ends, milliseconds. */
  readonly endMs: number;
  /** Loud at `timeMs` and on both sides of it. */
  isLoudAround(timeMs: number): boolean;
}

/** How loud the demo's voice is over `text`: the same samples the stack will make of it, for flite is deterministic. */
export async function loudnessOf(text: string): Promise<Loudness> {
  const voice = createFliteVoice();
  const { pcm: { samples, sampleRate } } = await voice.synthesise(text);
  await voice.dispose();
  const step = (sampleRate * WINDOW_MS) / 1000;
  const levels = Array.from({ length: Math.ceil(samples.length / step) }, (_, i) => rms(samples.subarray(i * step, (i + 1) * step)));
  const peak = Math.max(...levels);
  const loudAt = (timeMs: number): boolean => (levels[Math.floor(timeMs / WINDOW_MS)] ?? 0) > LOUD * peak;
  return {
    endMs: (levels.findLastIndex((level) => level > AUDIBLE * peak) + 1) * WINDOW_MS,
    isLoudAround: (timeMs) => [-60, -30, 0, 30].every((offset) => loudAt(timeMs + offset)),
  };
}

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}
