import { readFileSync, writeFileSync } from 'node:fs';
import { formatWav, parseWav } from '@visavis/motion';
import { createFliteVoice } from '../../../packages/agent/dist/tts/index.js';

const RATE = 16_000;
/** Before a person speaks there is a moment of room, in which the browser's noise suppression learns it. */
const LEAD_MS = 700;

const austen = new URL('../assets/samples/austen', import.meta.url).href;
const { words, text } = JSON.parse(readFileSync(new URL(`${austen}.json`), 'utf8')) as { words: { text: string; endMs: number }[]; text: string };
const { samples } = parseWav(readFileSync(new URL(`${austen}.wav`)));

/** Something said, and its words. */
export interface Said {
  readonly samples: Int16Array;
  readonly text: string;
}

/** A person reading aloud: the first so many words of the recording, all of them by default. */
export function readAloud(count = words.length): Said {
  const spoken = words.slice(0, count);
  if (spoken.length === words.length) return { samples, text };
  return { samples: samples.slice(0, Math.round((spoken.at(-1)!.endMs * RATE) / 1_000)), text: spoken.map((word) => word.text).join(' ') };
}

/** A question in a voice that is not the avatar's, for no recording asks anything that the notes can answer. */
export async function asked(question: string): Promise<Said> {
  const voice = createFliteVoice('rms');
  const { pcm } = await voice.synthesise(question);
  await voice.dispose();
  return { samples: pcm.samples, text: question };
}

/** Writes what the browser's microphone hears when it is opened next, once; then it hears nothing. */
export function intoMicrophone(path: string, { samples: said }: Said): void {
  const all = new Int16Array((RATE * LEAD_MS) / 1_000 + said.length);
  all.set(said, (RATE * LEAD_MS) / 1_000);
  writeFileSync(path, formatWav({ sampleRate: RATE, samples: all }));
}

/** Share of the words of `expected` that are missing or wrong in `heard`, by edit distance. */
export function wordErrors(expected: string, heard: string): number {
  const [a, b] = [wordsOf(expected), wordsOf(heard)];
  let row = b.map((_, i) => i + 1);
  row.unshift(0);
  for (const [i, word] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (word === other ? 0 : 1)));
    row = next;
  }
  return row.at(-1)! / a.length;
}

function wordsOf(said: string): string[] {
  return said.toLowerCase().replace(/\bmister\b/g, 'mr').replace(/[^a-z' ]/g, ' ').split(/\s+/).filter(Boolean);
}
