import { startThread } from '../../work/thread.js';
import { WorkerVoice } from '../worker-voice.js';

export const FLITE_VOICES = ['slt', 'rms', 'awb', 'kal16'] as const;
export type FliteVoiceName = (typeof FLITE_VOICES)[number];

/** The light voice: flite, 16 kHz, 36 ms for twelve words, and nothing to fetch. `slt` is a woman's, the others are men's. */
export function createFliteVoice(voice: FliteVoiceName = 'slt'): WorkerVoice {
  return new WorkerVoice(16_000, () => startThread(new URL('./worker.js', import.meta.url), { voice }));
}
