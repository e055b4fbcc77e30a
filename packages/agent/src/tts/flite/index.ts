import { startThread } from '../../work/thread.js';
import type { Voice, VoiceEngine } from '../speech.js';
import { WorkerVoices } from '../worker-voice.js';

export const FLITE_VOICES = ['slt', 'rms', 'awb', 'kal16'] as const;
export type FliteVoiceName = (typeof FLITE_VOICES)[number];

/** The light voices: flite, 16 kHz, 36 ms for twelve words, and nothing to fetch. `slt` is a woman's, the others are men's. */
export function createFlite(): VoiceEngine<FliteVoiceName> {
  return start();
}

/** One of them by itself. */
export function createFliteVoice(voice: FliteVoiceName = 'slt'): Voice {
  return start().voice(voice);
}

function start(): WorkerVoices<FliteVoiceName> {
  return new WorkerVoices(16_000, () => startThread(new URL('./worker.js', import.meta.url), {}));
}
