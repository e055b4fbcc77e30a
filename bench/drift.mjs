/**
 * npm run bench:drift: one long utterance in headless Chromium at two rates of the output at once, and how far the mouth is from
 * the sound at its start and at its end. Takes as long as the utterance.
 *
 * Options: --minutes 10, --out bench/results/drift.json
 */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { judgeWindow } from './lib/listening.mjs';
import { markerUtterance } from './lib/marker-utterance.mjs';
import { readOptions } from './lib/options.mjs';
import { machine, percentiles, printTable, randomFrom, writeJson } from './lib/report.mjs';
import { startBackend } from './lib/speaking-backend.mjs';

const options = readOptions(import.meta.url, {
  minutes: { type: 'string', default: '10' }, out: { type: 'string', default: fileURLToPath(new URL('results/drift.json', import.meta.url)) },
});
const MINUTES = Number(options.minutes);
const RATES = [44_100, 48_000];
const WINDOW_MS = Math.min(20_000, MINUTES * 15_000);

const machineBefore = machine();
const { module: browsers } = await runnerImport(fileURLToPath(new URL('../test/browser.ts', import.meta.url)));
const messages = await markerUtterance({ codec: 'pcm', sampleRate: 16_000, ms: MINUTES * 60_000 });
const backend = await startBackend({ long: { messages, isJittery: false } }, randomFrom(1));
const pages = await browsers.serveWithVite();
backend.allow(pages.url);
const browser = await browsers.launchBrowser();
try {
  const cases = Object.fromEntries(await Promise.all(RATES.map(async (rate) => [rate, await measure(rate)])));
  report(cases);
  writeJson(options.out, { bench: 'drift', at: new Date().toISOString(), minutes: MINUTES, machine: machineBefore, browser: browser.version(), cases });
} finally {
  await browser.close();
  await pages.close();
  await backend.stop();
}

/** A window of its own for each rate: a page behind another is asked for no poses. */
async function measure(sampleRate) {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => { throw error; });
  await page.exposeFunction('benchTicket', backend.ticket);
  await page.goto(`${pages.url}/bench/client/page.html`);
  await page.waitForSelector('html[data-ready]');
  await page.evaluate((rate) => globalThis.bench.open({ isDrawn: false, isHeard: true, sampleRate: rate }), sampleRate);
  const { early, late } = await page.evaluate(([ms, windowMs]) => globalThis.bench.hearEnds('long', ms, windowMs), [MINUTES * 60_000, WINDOW_MS]);
  await page.close();
  const first = judgeWindow(early);
  const last = judgeWindow(late, first.originMs);
  const [startMs, endMs] = [first, last].map(({ skews }) => percentiles(skews));
  return { startMs, endMs, driftMs: endMs.p50 - startMs.p50, deviceGaps: first.jumps + last.jumps, problems: [first.problem, last.problem, ...early.errors, ...late.errors].filter(Boolean) };
}

function report(cases) {
  const { cpu, cores, node, load } = machineBefore;
  console.log(`${cpu}, ${cores} cores, Node ${node}, Chromium ${browser.version()}; load before: ${load}; ${MINUTES} min`);
  for (const [rate, { startMs, endMs, driftMs, deviceGaps, problems }] of Object.entries(cases)) {
    printTable(`output at ${rate} Hz`, [
      ['skew at the start, median', startMs.p50, 'ms'], ['skew at the end, median', endMs.p50, 'ms'], ['drift', driftMs, 'ms, <= 5'],
      ['poses', `${startMs.count} and ${endMs.count}`, ''], ['device gaps', String(deviceGaps), ''],
    ]);
    for (const problem of problems) console.log(`problem: ${problem}`);
  }
  const isReached = Object.values(cases).every(({ driftMs, problems }) => Math.abs(driftMs) <= 5 && problems.length === 0);
  process.exitCode = isReached ? 0 : 1;
}
