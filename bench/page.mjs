/**
 * npm run bench:page: what a page pays for an avatar, in headless Chromium: the main thread's time of a frame, long tasks of
 * the first load, and the heap over many utterances and many mounts. How each figure is made: bench/README.md.
 *
 * Options: --quick (a try), --utterances 1000, --mounts 200, --out bench/results/page.json
 */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { readOptions } from './lib/options.mjs';
import { machine, percentiles, printTable, referenceMs, writeJson } from './lib/report.mjs';

const options = readOptions(import.meta.url, {
  quick: { type: 'boolean', default: false }, utterances: { type: 'string', default: '1000' }, mounts: { type: 'string', default: '200' },
  out: { type: 'string', default: fileURLToPath(new URL('results/page.json', import.meta.url)) },
});
const UTTERANCES = options.quick ? 40 : Number(options.utterances);
const MOUNTS = options.quick ? 4 : Number(options.mounts);
const SPEECH_MS = options.quick ? 3_000 : 20_000;
/** What is built once and kept, decoders and caches and compiled code, is there after so much of the whole. */
const WARM_SHARE = 0.1;
const MB = 2 ** 20;

const machineBefore = machine();
const reference = referenceMs();
const { module: browsers } = await runnerImport(fileURLToPath(new URL('../test/browser.ts', import.meta.url)));
const pages = await browsers.serveWithVite();
const browser = await browsers.launchBrowser();
try {
  const { load, frames } = await measureView();
  const result = {
    bench: 'page', at: new Date().toISOString(), quick: options.quick, machine: machineBefore, browser: browser.version(),
    reference: { what: 'resampling 60 s from 48 to 16 kHz, one core', ms: reference }, load, frames,
    utterances: await measureHeap('utterances', UTTERANCES), mounts: await measureHeap('mounts', MOUNTS),
  };
  report(result);
  writeJson(options.out, result);
} finally {
  await browser.close();
  await pages.close();
}

async function openPage() {
  const page = await browser.newPage();
  page.on('pageerror', (error) => { throw error; });
  await page.goto(`${pages.url}/bench/client/cost.html`);
  await page.waitForSelector('html[data-ready]');
  return page;
}

async function measureView() {
  const page = await openPage();
  const load = await page.evaluate(() => globalThis.bench.firstLoad());
  const { idle, speaking } = await page.evaluate((ms) => globalThis.bench.costs(ms), SPEECH_MS);
  await page.close();
  return {
    load: { ms: load.ms, longTasks: load.longTasks.length, longestTaskMs: Math.max(0, ...load.longTasks) },
    frames: { speakingMs: percentiles(speaking), idleMs: percentiles(idle) },
  };
}

/** Used heap after a collection, from a tenth of the way to the end. */
async function measureHeap(what, count) {
  const page = await openPage();
  const session = await page.context().newCDPSession(page);
  const used = async () => {
    for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize / MB;
  };
  const run = (part) => page.evaluate(([name, n]) => globalThis.bench[name](n), [what, part]);
  const warm = Math.max(1, Math.round(count * WARM_SHARE));
  const errors = (await run(warm)) ?? [];
  const beforeMb = await used();
  errors.push(...((await run(count - warm)) ?? []));
  const afterMb = await used();
  await page.close();
  return { count, beforeMb, afterMb, grownMb: afterMb - beforeMb, errors: [...new Set(errors)] };
}

function report({ machine: { cpu, cores, node, load: busy }, browser: version, load, frames, utterances, mounts }) {
  console.log(`${cpu}, ${cores} cores, Node ${node}, Chromium ${version} (software rendering); load before: ${busy}; reference ${reference.toFixed(1)} ms`);
  printTable('what a page pays', [
    ['main thread of a frame, speaking, p50', frames.speakingMs.p50, 'ms'], ['main thread of a frame, speaking, p95', frames.speakingMs.p95, 'ms, <= 2'],
    ['main thread of a frame, idle, p95', frames.idleMs.p95, 'ms'], ['frames counted, speaking', String(frames.speakingMs.count), ''],
    ['first load to the first picture', load.ms, 'ms'], ['tasks over 50 ms in it', String(load.longTasks), '0 wanted'], ['the longest', load.longestTaskMs, 'ms'],
    [`heap grown over ${utterances.count} utterances`, utterances.grownMb.toFixed(2), 'MB, within 2'], [`heap grown over ${mounts.count} mounts`, mounts.grownMb.toFixed(2), 'MB, within 2'],
    ['errors told meanwhile', String(utterances.errors.length + mounts.errors.length), '0 wanted'],
  ]);
  const isFlat = Math.abs(utterances.grownMb) <= 2 && Math.abs(mounts.grownMb) <= 2;
  process.exitCode = frames.speakingMs.p95 <= 2 && load.longTasks === 0 && isFlat && utterances.errors.length + mounts.errors.length === 0 ? 0 : 1;
}
