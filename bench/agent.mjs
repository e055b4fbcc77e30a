/**
 * npm run bench:agent: talking with an avatar offline: recorded speech goes into the client's microphone in headless Chromium,
 * through the real relay, recogniser, brain, voice and Motion Server, and what comes out of the client is listened to. Needs the
 * models: `npx visavis models pull`. How each figure is made: bench/README.md.
 *
 * Options: --quick (a try: few turns), --only turns,false-cuts,crowd,many-turns,words (parts of it), --out bench/results/agent.json
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { measureCrowd, measureManyTurns } from './agent/crowd.mjs';
import { measureFalseCuts, measureTurns } from './agent/turns.mjs';
import { measureWordErrors } from './agent/words.mjs';
import { readOptions } from './lib/options.mjs';
import { machine, printTable, referenceMs, writeJson } from './lib/report.mjs';

const options = readOptions(import.meta.url, {
  quick: { type: 'boolean', default: false }, only: { type: 'string', default: 'turns,false-cuts,crowd,many-turns,words' },
  out: { type: 'string', default: fileURLToPath(new URL('results/agent.json', import.meta.url)) },
});
const parts = options.only.split(',');
// Each part in a process of its own: what one leaves in memory is not another's.
if (parts.length > 1) {
  const again = parts.map((part) => spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...(options.quick ? ['--quick'] : []), '--only', part, '--out', options.out], { stdio: 'inherit' }).status);
  process.exit(Math.max(...again.map((status) => status ?? 1)));
}
const { quick } = options;
const before = existsSync(options.out) ? JSON.parse(readFileSync(options.out, 'utf8')) : {};
/** Parts that are not asked for keep their figures, and the time these were made. */
const result = { ...before, bench: 'agent' };
const fresh = new Set();
const made = (part, figures) => {
  fresh.add(result[part] = { at: new Date().toISOString(), quick, machine: machineBefore, reference, ...figures });
  writeJson(options.out, result);
};

const machineBefore = machine();
const reference = { what: 'resampling 60 s from 48 to 16 kHz, one core', ms: referenceMs() };
if (parts.includes('turns') || parts.includes('false-cuts')) {
  const { module: browsers } = await runnerImport(fileURLToPath(new URL('../test/browser.ts', import.meta.url)));
  const pages = await browsers.serveWithVite();
  const browser = await browsers.launchBrowser();
  const world = { browser, pages };
  try {
    if (parts.includes('turns')) {
      made('flite', await measureTurns(world, 'flite', quick ? 4 : 40));
      made('kokoro', await measureTurns(world, 'kokoro', quick ? 4 : 40));
    }
    if (parts.includes('false-cuts')) made('falseCuts', await measureFalseCuts(world, 'flite'));
  } finally {
    await browser.close();
    await pages.close();
  }
}
if (parts.includes('crowd')) made('crowd', await measureCrowd({ count: 10, seconds: quick ? 30 : 50 }));
if (parts.includes('many-turns')) made('manyTurns', await measureManyTurns(quick ? 20 : 200));
if (parts.includes('words')) made('words', await measureWordErrors(quick ? 10 : undefined));
report(Object.fromEntries(Object.entries(result).filter(([, part]) => fresh.has(part))));
process.exit(0);

function report({ flite, kokoro, falseCuts, crowd, manyTurns, words }) {
  for (const turns of [flite, kokoro]) {
    if (!turns) continue;
    const { endOfTurn, recognition, brain, tts, ours, motion, total } = turns.stagesMs;
    const pair = ({ p50, p95 }) => `${Math.round(p50)} / ${Math.round(p95)}`;
    printTable(`bench:agent, ${turns.voice} (${total.count} turns; p50 / p95)`, [
      ['end of speech to first sound heard', pair(total), 'ms'],
      ['  the silence that ends a turn', pair(endOfTurn), 'ms'],
      ['  final transcript, from the end of speech', pair(recognition), 'ms'],
      ['  brain, to the first token', pair(brain), 'ms'],
      ['  voice, to its first sound', pair(tts), 'ms'],
      ['  ours, from there to sound in the client (<= 120 p95)', pair(ours), 'ms'],
      ['    of that, until its first motion is back', pair(motion), 'ms'],
      [`button to silence (<= 60 p95), ${turns.buttonMs.count} cuts`, pair(turns.buttonMs), 'ms'],
      [`user cuts in, to silence (<= 300 p95), ${turns.bargeInMs.count} of ${turns.cutIns.length} cuts`, pair(turns.bargeInMs), 'ms'],
      ['problems', String(turns.problems.length), ''],
    ]);
  }
  if (falseCuts) {
    printTable('cut for nothing', [
      [`own voice at ${falseCuts.ownVoice.leakDb} dB in the microphone, ${Math.round(falseCuts.ownVoice.seconds)} s (0)`, String(falseCuts.ownVoice.interruptions), ''],
      [`${falseCuts.backchannels.said} backchannels (<= 1)`, String(falseCuts.backchannels.interruptions), ''],
    ]);
  }
  if (crowd) {
    printTable(`${crowd.conversations} conversations at once, flite`, [
      ['turns answered of those said', `${crowd.answered} / ${crowd.said}`, ''],
      ['end of speech to the client playing', `${Math.round(crowd.totalMs.p50)} / ${Math.round(crowd.totalMs.p95)}`, 'ms'],
      ['memory of each conversation', crowd.mbEach, 'MB'], ['cores in use, the Motion Server aside', crowd.cores, ''],
    ]);
  }
  if (manyTurns) printTable(`${manyTurns.turns} turns in a row`, [['heap after 20 turns and at the end', `${manyTurns.heapMb.early.toFixed(1)} / ${manyTurns.heapMb.late.toFixed(1)}`, 'MB'], ['resident', `${Math.round(manyTurns.rssMb.early)} / ${Math.round(manyTurns.rssMb.late)}`, 'MB']]);
  if (words) {
    printTable(`words misheard in ${words.prompts} prompts`, Object.entries(words.models).flatMap(([name, { rate, sentences }]) => [
      [name, rate * 100, '%'], [`${name}, the ${words.sentences} of five words and more`, sentences.rate * 100, '%'],
    ]));
  }
}
