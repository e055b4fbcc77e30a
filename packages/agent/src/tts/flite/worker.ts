import { parseWav } from '@visavis/motion';
import { serveQueue } from '../../work/serve.js';
import type { Speech, TimedText } from '../speech.js';
import { estimateWords } from '../words.js';
import type { SpokenText } from '../worker-voice.js';
import { parsePhones, runFlite } from './flite.js';

const PAUSE = 'pau';

async function synthesise({ text, voice, speed }: SpokenText): Promise<Speech> {
  const { wav, text: printed } = await runFlite(text, ['-voice', voice, ...(speed === 1 ? [] : ['--setf', `duration_stretch=${1 / speed}`]), '-psdur'], true);
  const pcm = parseWav(wav);
  return { pcm, words: estimateWords(text, pcm), phonemes: timed(printed) };
}

function timed(printed: string): TimedText[] {
  const phones = parsePhones(printed);
  return phones
    .map(({ phone, endMs }, i) => ({ text: phone, startMs: phones[i - 1]?.endMs ?? 0, endMs }))
    .filter(({ text, startMs, endMs }) => text !== PAUSE && endMs > startMs);
}

serveQueue(synthesise);
