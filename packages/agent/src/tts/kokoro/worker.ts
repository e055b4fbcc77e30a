import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { serveQueue } from '../../work/serve.js';
import { parsePhones, runFlite } from '../flite/flite.js';
import type { Speech } from '../speech.js';
import type { SpokenText } from '../worker-voice.js';
import { English, type Speller, type SpokenWord } from './english.js';
import { Lexicon, type Entries } from './lexicon.js';
import { KokoroModel, MAX_TOKENS } from './model.js';
import { SAMPLE_RATE, timeLetters } from './timing.js';

export interface KokoroWorkerData {
  readonly folder: string;
}

const { folder } = workerData as KokoroWorkerData;
const PAUSE = 'pau';

const speller: Speller = {
  wordsOf: async (text) => (await runFlite(text, ['-voice', 'slt', '-pw'], false)).text.split(/\s+/).filter(Boolean),
  phonesOf: async (word) => parsePhones((await runFlite(word, ['-voice', 'slt', '-psdur'], false)).text).map(({ phone }) => phone).filter((phone) => phone !== PAUSE),
};

async function load(): Promise<{ english: English; model: KokoroModel }> {
  const list = async (name: string): Promise<Entries> => JSON.parse(await readFile(join(folder, name), 'utf8')) as Entries;
  const [gold, silver, model] = await Promise.all([list('us_gold.json'), list('us_silver.json'), KokoroModel.load(folder)]);
  return { english: new English(new Lexicon(gold, silver), speller), model };
}

const loaded = load();
// Whoever asks is told; a failure nobody asked about must not end the process.
loaded.catch(() => undefined);

async function synthesise({ text, voice, speed }: SpokenText): Promise<Speech> {
  const { english, model } = await loaded;
  const words = fitting((await english.read(text)).map(({ text: word, sounds }) => ({ text: word, sounds: model.known(sounds) })));
  if (words.every(({ sounds }) => sounds === '')) return { pcm: { samples: new Int16Array(0), sampleRate: SAMPLE_RATE }, words: [], phonemes: [] };
  const spoken = await model.speak(words.map(({ sounds }) => sounds).join(' '), voice, speed);
  const { samples, ...times } = timeLetters(words, spoken);
  return { pcm: { samples, sampleRate: SAMPLE_RATE }, ...times };
}

/** Clauses are short; what is over the model's limit all the same is left out from the first word that does not fit. */
function fitting(words: readonly SpokenWord[]): SpokenWord[] {
  let letters = 0;
  const over = words.findIndex(({ sounds }) => (letters += [...sounds].length + 1) > MAX_TOKENS);
  return words.slice(0, over < 0 ? undefined : over);
}

serveQueue(synthesise);
