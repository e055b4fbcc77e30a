import { startThread } from '../../work/thread.js';
import type { Voice, VoiceEngine } from '../speech.js';
import { WorkerVoices } from '../worker-voice.js';
import type { KokoroWorkerData } from './worker.js';

/** English voices of the model store: a American, b British; f women, m men. */
export const KOKORO_VOICES = ['af_heart', 'af_bella', 'af_sarah', 'am_michael', 'am_fenrir', 'am_puck', 'bf_emma', 'bm_george', 'bm_lewis'] as const;
export type KokoroVoiceName = (typeof KOKORO_VOICES)[number];

export interface KokoroOptions {
  /** Of the model `kokoro`: `new ModelStore().pull('kokoro')`. */
  readonly folder: string;
  /** Default `af_heart`. */
  readonly voice?: KokoroVoiceName;
  /** Factor, 0.5..2. Default 1. */
  readonly speed?: number;
}

/**
 * The natural voices: Kokoro-82M, 24 kHz, with the times of their words and sounds. A third of a core's second for each that
 * they speak; about twice as much on a processor without instructions for products of bytes. `folder` is that of the model `kokoro`.
 */
export function createKokoro(folder: string): VoiceEngine<KokoroVoiceName> {
  return start(folder);
}

/** One of them by itself. */
export function createKokoroVoice({ folder, voice = 'af_heart', speed = 1 }: KokoroOptions): Voice {
  return start(folder).voice(voice, speed);
}

function start(folder: string): WorkerVoices<KokoroVoiceName> {
  return new WorkerVoices(24_000, () => startThread(new URL('./worker.js', import.meta.url), { folder } satisfies KokoroWorkerData));
}
