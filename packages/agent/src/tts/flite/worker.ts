import { parseWav } from '@visavis/motion';
import { serveQueue } from '../../work/serve.js';
import type { Speech, TimedText } from '../speech.js';
import { estimateWords, leadingSilenceMs } from '../words.js';
import type { SpokenText } from '../worker-voice.js';
import { parsePhones, runFlite } from './flite.js';

const PAUSE = 'pau';
/** Of the silence before the first sound, which is about 160 ms as it comes. */
const KEPT_MS = 40;

async function synthesise({ text, voice, speed }: SpokenText): Promise<Speech> {
  const { wav, text: printed } = await runFlite(text, ['-voice', voice, ...(speed === 1 ? [] : ['--setf', `duration_stretch=${1 / speed}`]), '-psdur'], true);
  const { samples, sampleRate } = parseWav(wav);
  const cutMs = leadingSilenceMs({ samples, sampleRate }, KEPT_MS);
  const pcm = { samples: samples.slice(Math.round((cutMs * sampleRate) / 1000)), sampleRate };
  return { pcm, words: estimateWords(text, pcm), phonemes: timed(printed, cutMs) };
}

/** `cutMs`: taken off in front. */
function timed(printed: string, cutMs: number): TimedText[] {
  const phones = parsePhones(printed);
  return phones
    .map(({ phone, endMs }, i) => ({ text: phone, startMs: Math.max(0, (phones[i - 1]?.endMs ?? 0) - cutMs), endMs: endMs - cutMs }))
    .filter(({ text, startMs, endMs }) => text !== PAUSE && endMs > startMs);
}

serveQueue(synthesise);
