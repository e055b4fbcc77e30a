/**
 * Word error rate of the embedded recognisers on Debian's recorded telephone prompts (one speaker, 16 kHz). They are fetched into
 * a cache by apt and never part of this project (their licence asks for the same of what holds them); G.722 is decoded by PyPI's `G722`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createMoonshine } from '@visavis/agent/asr';
import { ModelStore } from '@visavis/agent/models';

const PACKAGES = ['asterisk-core-sounds-en', 'asterisk-core-sounds-en-g722'];
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'visavis', 'bench', 'prompts');
const SOUNDS = 'usr/share/asterisk/sounds/en_US_f_Allison';
const TEXTS = 'usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz';
/** Prompts of so many words are sentences; shorter ones are letters, numbers and names of things. */
const SENTENCE = 5;
/** No recogniser takes more at once, seconds. */
const LONGEST_S = 30;
const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const DECODE = `
import sys
from G722 import G722
for name in sys.stdin.read().split():
    samples = G722(16000, 64000).decode(open(name + '.g722', 'rb').read())
    open(name + '.s16', 'wb').write(b''.join(int(s).to_bytes(2, 'little', signed=True) for s in samples))
`;

/** Of all prompts, or of `count` of them, evenly taken; `skipped` says why there are none. */
export async function measureWordErrors(count = Infinity) {
  let prompts;
  try {
    prompts = choose(fetchPrompts(), count);
  } catch (error) {
    return { models: {}, skipped: `the prompts cannot be fetched: ${error.message.split('\n')[0]}` };
  }
  const store = new ModelStore();
  const models = {};
  const sentences = prompts.filter(({ text }) => wordsOf(text).length >= SENTENCE);
  for (const id of ['moonshine-base', 'moonshine-tiny']) {
    const recogniser = createMoonshine(store.folderOf(id));
    const heard = [];
    for (const prompt of prompts) {
      const beganMs = performance.now();
      const words = wordsOf((await recogniser.transcribe(prompt.samples)).text);
      const wanted = wordsOf(prompt.text);
      heard.push({ prompt, errors: distance(wanted, words), words: wanted.length, audioS: prompt.samples.length / 16_000, computeS: (performance.now() - beganMs) / 1000 });
    }
    await recogniser.dispose();
    models[id] = { ...rateOf(heard), sentences: rateOf(heard.filter(({ prompt }) => sentences.includes(prompt))) };
  }
  return { prompts: prompts.length, sentences: sentences.length, models };
}

function rateOf(heard) {
  const sum = (name) => heard.reduce((total, one) => total + one[name], 0);
  return { rate: sum('errors') / sum('words'), errors: sum('errors'), words: sum('words'), audioS: sum('audioS'), computeS: sum('computeS') };
}

function fetchPrompts() {
  mkdirSync(CACHE, { recursive: true });
  const run = (program, args, input) => execFileSync(program, args, { cwd: CACHE, input, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, PYTHONPATH: join(CACHE, 'python') } });
  if (!existsSync(join(CACHE, TEXTS))) {
    for (const name of PACKAGES) run('apt-get', ['download', name]);
    run('bash', ['-c', 'for file in *.deb; do dpkg-deb -x "$file" .; done; rm *.deb']);
  }
  if (!existsSync(join(CACHE, 'python'))) run('python3', ['-m', 'pip', 'install', '--quiet', '--target', 'python', 'G722==1.2.8']);
  const lines = gunzipSync(readFileSync(join(CACHE, TEXTS))).toString().split('\n');
  // Not those of tones and stage directions, nor those with numbers of several digits, which are said in more than one way.
  const found = lines.map((line) => /^([\w/-]+): ([^<[(]+)$/.exec(line)).filter((match) => match && !/\d\d|\d[a-z]/i.test(match[2]) && existsSync(join(CACHE, SOUNDS, `${match[1]}.g722`)));
  return found.map(([, name, text]) => ({ name, text: text.trim() })).filter(({ name, text }) => wordsOf(text).length > 0 && statSync(join(CACHE, SOUNDS, `${name}.g722`)).size <= LONGEST_S * 8_000)
    .map((prompt) => ({ ...prompt, decode: (names) => run('python3', ['-c', DECODE], names) }));
}

function choose(prompts, count) {
  const chosen = Array.from({ length: Math.min(count, prompts.length) }, (_, i) => prompts[Math.floor((i * prompts.length) / Math.min(count, prompts.length))]);
  const path = ({ name }) => join(CACHE, SOUNDS, name);
  const missing = chosen.filter((prompt) => !existsSync(`${path(prompt)}.s16`));
  if (missing.length > 0) missing[0].decode(missing.map(path).join('\n'));
  return chosen.map((prompt) => {
    const bytes = readFileSync(`${path(prompt)}.s16`);
    return { text: prompt.text, samples: Float32Array.from(new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)), (sample) => sample / 32_768) };
  });
}

function wordsOf(text) {
  return text.toLowerCase().replace(/[0-9]/g, (digit) => ` ${DIGITS[digit]} `).replace(/[’']/g, '').replace(/[^a-z ]/g, ' ').split(' ').filter(Boolean);
}

/** Words to put in, take out or change. */
function distance(wanted, heard) {
  let row = heard.map((_, i) => i + 1);
  for (const [n, word] of wanted.entries()) {
    let diagonal = n;
    let left = n + 1;
    row = row.map((above, i) => {
      const cost = Math.min(above + 1, left + 1, diagonal + (word === heard[i] ? 0 : 1));
      diagonal = above;
      left = cost;
      return cost;
    });
  }
  return row.at(-1) ?? wanted.length;
}
