/**
 * npm run bench:page: what a page pays for an avatar, in headless Chromium: the main thread's time of a frame, long tasks of
 * the first load, and the heap over many utterances and many mounts. How each figure is made: bench/README.md.
 *
 * Options: --quick (a try), --utterances 1000, --mounts 200, --only view,utterances,mounts,mountsOfDefault (some of the parts: what
 * the file holds of the others stays), --out bench/results/page.json
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { readOptions } from './lib/options.mjs';
import { machine, percentiles, printTable, referenceMs, writeJson } from './lib/report.mjs';
import { traced } from './lib/trace.mjs';

const options = readOptions(import.meta.url, {
  quick: { type: 'boolean', default: false }, utterances: { type: 'string', default: '1000' }, mounts: { type: 'string', default: '200' },
  only: { type: 'string' }, out: { type: 'string', default: fileURLToPath(new URL('results/page.json', import.meta.url)) },
});
const UTTERANCES = options.quick ? 40 : Number(options.utterances);
const MOUNTS = options.quick ? 4 : Number(options.mounts);
/** One is mounted before the heap is read first. */
const DEFAULT_MOUNTS = Math.max(2, Math.ceil(MOUNTS / 20));
const SPEECH_MS = options.quick ? 3_000 : 20_000;
/** What is built once and kept, decoders and caches and compiled code, is there after so much of the whole. */
const WARM_SHARE = 0.1;
/** A task that holds a page up. */
const LONG_MS = 50;
/** Mounted many times; and a few times the default avatar, whose shaders take seconds in software. */
const SMALL_AVATAR = 'small';
const MB = 2 ** 20;

const PARTS = {
  view: () => measureView(),
  utterances: () => measureHeap('utterances', UTTERANCES),
  mounts: () => measureHeap('mounts', MOUNTS, SMALL_AVATAR),
  mountsOfDefault: () => measureHeap('mounts', DEFAULT_MOUNTS, 'ava'),
};
const wanted = options.only?.split(',') ?? Object.keys(PARTS);
for (const name of wanted.filter((each) => !PARTS[each])) {
  console.error(`there is no part "${name}"; --help names them`);
  process.exit(2);
}

const { module: browsers } = await runnerImport(fileURLToPath(new URL('../test/browser.ts', import.meta.url)));
const pages = await browsers.serveWithVite();
const browser = await browsers.launchBrowser();
try {
  const fresh = {};
  for (const name of wanted) fresh[name] = await timed(PARTS[name]);
  const result = { bench: 'page', at: new Date().toISOString(), quick: options.quick, ...kept(), ...fresh };
  report(result);
  writeJson(options.out, result);
} finally {
  await browser.close();
  await pages.close();
}

/** Figures of the parts that are not measured now, each with the time and machine it was measured at. */
function kept() {
  if (wanted.length === Object.keys(PARTS).length || !existsSync(options.out)) return {};
  const before = JSON.parse(readFileSync(options.out, 'utf8'));
  return Object.fromEntries(Object.keys(PARTS).filter((name) => before[name]?.at).map((name) => [name, before[name]]));
}

/** What a part measures, beside when, on what and for how long. */
async function timed(measure) {
  const told = {
    at: new Date().toISOString(), machine: machine(), browser: browser.version(),
    reference: { what: 'resampling 60 s from 48 to 16 kHz, one core', ms: referenceMs() },
  };
  const beganMs = performance.now();
  const figures = await measure();
  return { ...told, seconds: (performance.now() - beganMs) / 1000, ...figures };
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
  let loadMs;
  const between = await traced(browser, page, async () => {
    loadMs = await page.evaluate(() => globalThis.bench.firstLoad());
    await page.evaluate((ms) => globalThis.bench.costs(ms), SPEECH_MS);
  });
  await page.close();
  const { tasks } = between('load');
  const longest = (what) => Math.max(0, ...tasks.map((task) => task[what]));
  return {
    load: {
      ms: loadMs, tasks: tasks.length, longestCpuMs: longest('cpuMs'), longestWallMs: longest('wallMs'),
      longByCpu: tasks.filter(({ cpuMs }) => cpuMs > LONG_MS).length, longByWall: tasks.filter(({ wallMs }) => wallMs > LONG_MS).length,
    },
    frames: { speaking: frameCost(between('speaking')), idle: frameCost(between('idle')) },
  };
}

/** Of the callbacks of each frame; and all of the main thread's work, whatever it is for, by the frame. */
function frameCost({ frames, tasks }) {
  return {
    cpuMs: percentiles(frames.map(({ cpuMs }) => cpuMs)), wallMs: percentiles(frames.map(({ wallMs }) => wallMs)),
    allMs: tasks.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / frames.length,
  };
}

/** Used heap after a collection, from a tenth of the way to the end. */
async function measureHeap(what, count, avatar) {
  const page = await openPage();
  const session = await page.context().newCDPSession(page);
  const used = async () => {
    for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize / MB;
  };
  const run = (part) => page.evaluate(([name, n, id]) => globalThis.bench[name](n, id), [what, part, avatar]);
  const warm = Math.max(1, Math.round(count * WARM_SHARE));
  const errors = (await run(warm)) ?? [];
  const beforeMb = await used();
  errors.push(...((await run(count - warm)) ?? []));
  const afterMb = await used();
  await page.close();
  return { count, avatar, beforeMb, afterMb, grownMb: afterMb - beforeMb, errors: [...new Set(errors)] };
}

function report(result) {
  const { view, utterances, mounts, mountsOfDefault } = result;
  for (const name of wanted) {
    const { machine: { cpu, cores, node, load }, reference, seconds } = result[name];
    console.log(`${name}: ${seconds.toFixed(0)} s; ${cpu}, ${cores} cores, Node ${node}, Chromium ${browser.version()} (software rendering); load before: ${load}; reference ${reference.ms.toFixed(1)} ms`);
  }
  const heaps = [[utterances, 'utterances'], [mounts, `mounts of ${mounts?.avatar}`], [mountsOfDefault, `mounts of ${mountsOfDefault?.avatar}`]].filter(([heap]) => heap);
  const errors = heaps.flatMap(([heap]) => heap.errors);
  printTable('what a page pays', [
    ...(view ? viewRows(view) : []), ...heaps.map(([{ count, grownMb, at }, what]) => [`heap grown over ${count} ${what}`, grownMb.toFixed(2), `MB, within 2 (${at.slice(0, 16)})`]),
    ['errors told meanwhile', String(errors.length), '0 wanted'],
  ]);
  const isFlat = heaps.every(([{ grownMb }]) => Math.abs(grownMb) <= 2);
  const isLight = !view || (view.frames.speaking.cpuMs.p95 <= 2 && view.load.longByCpu === 0);
  process.exitCode = isLight && isFlat && errors.length === 0 ? 0 : 1;
}

function viewRows({ load, frames: { speaking, idle }, at }) {
  return [
    ['main thread of a frame, speaking, p50', speaking.cpuMs.p50, `ms on a core (${at.slice(0, 16)})`], ['main thread of a frame, speaking, p95', speaking.cpuMs.p95, 'ms on a core, <= 2'],
    ['the same with what it waits for, p95', speaking.wallMs.p95, 'ms'], ['all of the main thread by the frame, speaking, mean', speaking.allMs, 'ms on a core'],
    ['main thread of a frame, idle, p95', idle.cpuMs.p95, 'ms on a core'], ['frames counted, speaking', String(speaking.cpuMs.count), ''],
    ['first load to the first picture', load.ms, 'ms'], ['tasks of over 50 ms on a core in it', String(load.longByCpu), `of ${load.tasks}, 0 wanted`],
    ['the longest on a core', load.longestCpuMs, 'ms'], ['tasks of over 50 ms with what they wait for', String(load.longByWall), ''], ['the longest of these', load.longestWallMs, 'ms'],
  ];
}
