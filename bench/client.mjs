/**
 * npm run bench:client: the client in headless Chromium, with its real transport, worklet and timeline, behind the real relay;
 * Opus comes from the built Motion Server. How each figure is made: bench/README.md.
 *
 * Options: --quick (a try: few utterances, few cuts), --browser firefox (the distribution's; no CPU figures), --seed 1,
 * --out bench/results/client.json (client-firefox.json)
 */
import { fileURLToPath } from 'node:url';
import { openBrowser } from './lib/browsers.mjs';
import { judgeCut, judgeSkew, problemOfPoses } from './lib/listening.mjs';
import { chirpTimes } from './lib/marker.mjs';
import { markerUtterance } from './lib/marker-utterance.mjs';
import { sessionToken, startServer } from './lib/motion-server.mjs';
import { readOptions } from './lib/options.mjs';
import { machine, percentiles, printTable, randomFrom, referenceMs, writeJson } from './lib/report.mjs';
import { startBackend } from './lib/speaking-backend.mjs';
import { threadSeconds } from './lib/threads.mjs';

const options = readOptions(import.meta.url, {
  quick: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' }, browser: { type: 'string', default: 'chromium' }, out: { type: 'string' },
});
if (!['chromium', 'firefox'].includes(options.browser)) {
  console.error(`--browser takes chromium or firefox, not "${options.browser}"`);
  process.exit(2);
}
const isFirefox = options.browser === 'firefox';
const OUT = options.out ?? fileURLToPath(new URL(`results/client${isFirefox ? '-firefox' : ''}.json`, import.meta.url));
const UTTERANCE_MS = options.quick ? 3_000 : 6_000;
const UTTERANCES = options.quick ? 1 : 2;
const CUTS = options.quick ? 6 : 50;
const COST_MS = options.quick ? 4_000 : 12_000;
const random = randomFrom(Number(options.seed));
/** A case with more gaps is told but not counted: each splits the line through the device's clock, and a skew may hide in the split. */
const MANY_GAPS = 3;

/** What is spoken, over what network, and whether the avatar is drawn. */
const CASES = [
  ...['pcm', 'opus'].flatMap((codec) => [16_000, 24_000, 48_000].map((sampleRate) => ({ codec, sampleRate }))),
  { codec: 'pcm', sampleRate: 16_000, isJittery: true }, { codec: 'opus', sampleRate: 24_000, isJittery: true },
  // Headless, Firefox has no WebGL.
  ...(isFirefox ? [] : [{ codec: 'opus', sampleRate: 24_000, isDrawn: true }]),
];
const nameOf = ({ codec, sampleRate, isJittery, isDrawn }) => `${codec} ${sampleRate / 1000} kHz${isJittery ? ', jitter' : ''}${isDrawn ? ', drawn' : ''}`;

const machineBefore = machine();
const reference = referenceMs();
const server = await startServer();
const utterances = await prepare();
const backend = await startBackend(utterances, random);
const { pages, browser, version } = await openBrowser(options.browser);
backend.allow(pages.url);
try {
  const skews = await measureSkews();
  const { problems: cutProblems, ...interrupt } = await measureCuts();
  const result = {
    bench: 'client', at: new Date().toISOString(), quick: options.quick, machine: machineBefore, browser: `${options.browser} ${version}`,
    reference: { what: 'resampling 60 s from 48 to 16 kHz, one core', ms: reference },
    quantumMs: 128 / 48, fadeMs: 8, ...skews, problems: [...skews.problems, ...cutProblems], interrupt, cost: await measureCost(),
  };
  report(result);
  writeJson(OUT, result);
} finally {
  await browser.close();
  await pages.close();
  await backend.stop();
  await server.stop();
}

async function prepare() {
  const token = await sessionToken(server);
  const prepared = {};
  for (const one of CASES.filter(({ isDrawn }) => !isDrawn)) {
    const made = { ...one, ms: UTTERANCE_MS, server, token };
    prepared[nameOf(one)] = { messages: await markerUtterance(made), isJittery: one.isJittery };
  }
  for (const codec of ['pcm', 'opus']) {
    prepared[`hum ${codec}`] = { messages: await markerUtterance({ codec, sampleRate: 24_000, ms: 4_000, hums: true, server, token }) };
  }
  prepared.long = { messages: await markerUtterance({ codec: 'opus', sampleRate: 24_000, ms: COST_MS, hums: true, server, token }) };
  return prepared;
}

async function openPage(how) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => { throw error; });
  await page.exposeFunction('benchTicket', backend.ticket);
  await page.goto(`${pages.url}/bench/client/page.html`);
  await page.waitForSelector('html[data-ready]');
  await page.evaluate((given) => globalThis.bench.open(given), how);
  return page;
}

async function measureSkews() {
  const cases = {};
  const problems = [];
  for (const one of CASES) {
    const page = await openPage({ isDrawn: one.isDrawn === true, isHeard: true });
    const said = nameOf({ ...one, isDrawn: false });
    const all = { skews: [], starts: [], ages: [], residuals: [], unclear: 0, chirps: 0, jumps: 0 };
    for (let n = 0; n < UTTERANCES; n++) {
      const notes = await page.evaluate((name) => globalThis.bench.hear(name), said);
      const judged = judgeSkew(notes, chirpTimes(UTTERANCE_MS));
      problems.push(...notes.errors.map((error) => `${nameOf(one)}: ${error}`), ...(judged.problem ? [`${nameOf(one)}: ${judged.problem}`] : []));
      all.skews.push(...judged.skews);
      all.ages.push(...notes.ages);
      all.residuals.push(...judged.residualsMs);
      all.jumps += judged.jumps;
      all.unclear += judged.unclear;
      if (judged.startMs !== undefined) all.starts.push(judged.startMs);
      all.chirps += judged.chirps;
    }
    await page.close();
    const untold = problemOfPoses(all.skews.length, all.unclear);
    // Software rendering may be too slow to show the mouth at all: told as not measured, no fault of the client.
    if (untold && !(one.isDrawn && all.skews.length === 0)) problems.push(`${nameOf(one)}: ${untold}`);
    cases[nameOf(one)] = {
      chirps: all.chirps, skewMs: skewOf(all.skews), unclearPoses: all.unclear, startMs: percentiles(all.starts), frameAgeMs: percentiles(all.ages),
      clockResidualMs: percentiles(all.residuals), deviceGaps: all.jumps, skews: all.skews,
    };
  }
  const counted = Object.values(cases).filter(({ deviceGaps, skews }) => deviceGaps <= MANY_GAPS && skews.length > 0);
  const skewMs = skewOf(counted.flatMap(({ skews }) => skews));
  for (const one of Object.values(cases)) delete one.skews;
  return { skewMs, casesCounted: counted.length, cases, problems };
}

/** The median with its sign; the others of the absolute values. */
function skewOf(skews) {
  const { p50 } = percentiles(skews);
  const { count, p95, p99, max } = percentiles(skews.map(Math.abs));
  return { count, median: p50, absP95: p95, absP99: p99, absMax: max };
}

async function measureCuts() {
  const page = await openPage({ isDrawn: false, isHeard: true });
  const cuts = [];
  const problems = [];
  for (let n = 0; n < CUTS; n++) {
    const afterMs = 200 + random() * 800;
    const notes = await page.evaluate(([name, ms]) => globalThis.bench.cut(name, ms), [n % 2 === 0 ? 'hum pcm' : 'hum opus', afterMs]);
    const judged = judgeCut(notes);
    for (const problem of [...notes.errors, judged.problem]) if (problem) problems.push(`cut ${n + 1}: ${problem}`);
    if (!judged.problem) cuts.push(judged);
  }
  await page.close();
  return {
    count: cuts.length, asked: CUTS, silenceMs: percentiles(cuts.map(({ silenceMs }) => silenceMs)),
    heardSilenceMs: percentiles(cuts.map(({ heardSilenceMs }) => heardSilenceMs)), problems,
    restMs: percentiles(cuts.map(({ restMs }) => restMs)), startMs: percentiles(cuts.map(({ startMs }) => startMs)), heardStartMs: percentiles(cuts.map(({ heardStartMs }) => heardStartMs)),
    posesAfter: cuts.reduce((sum, { poses }) => sum + poses, 0), stalePoses: cuts.reduce((sum, { stalePoses }) => sum + stalePoses, 0),
  };
}

/** CPU of the page's threads while it speaks, less the same while it is idle; no tap, nothing drawn. */
async function measureCost() {
  if (isFirefox) return { unmeasured: 'which of its processes is the page’s, Firefox does not tell' };
  const page = await openPage({ isDrawn: false, isHeard: false });
  const processes = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  const pids = processes.processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  await page.evaluate(() => globalThis.bench.hear('pcm 24 kHz'));
  const [start, idle] = [threadSeconds(pids), await page.evaluate((ms) => globalThis.bench.sleep(ms), COST_MS).then(() => threadSeconds(pids))];
  const startMs = performance.now();
  await page.evaluate(() => globalThis.bench.hear('long'));
  const spoken = threadSeconds(pids);
  const wallS = (performance.now() - startMs) / 1000;
  await page.close();
  if (!spoken) return { unmeasured: 'threads are read from /proc, which this system has not' };
  const perSecond = (thread) => ({
    speakingMs: ((spoken[thread] - idle[thread]) / wallS) * 1000, idleMs: ((idle[thread] - start[thread]) / (COST_MS / 1000)) * 1000,
});
  return { seconds: COST_MS / 1000, cpuMsPerSecond: Object.fromEntries(['main', 'audio', 'other'].map((thread) => [thread, perSecond(thread)])) };
}

function report({ machine: { cpu, cores, node, load }, browser: seen, skewMs, cases, interrupt, cost, problems, quantumMs, fadeMs, casesCounted }) {
  console.log(`${cpu}, ${cores} cores, Node ${node}, ${seen}; load before: ${load}; reference ${reference.toFixed(1)} ms`);
  console.table(Object.fromEntries(Object.entries(cases).map(([name, { skewMs: one, unclearPoses, startMs, frameAgeMs, clockResidualMs, deviceGaps }]) => [name, {
    poses: one.count, 'skew median': round(one.median), '|skew| p95': round(one.absP95), max: round(one.absMax), 'not told': unclearPoses,
    'clock residual p95': round(clockResidualMs.p95), 'device gaps': deviceGaps > MANY_GAPS ? `${deviceGaps}, not counted` : deviceGaps, 'first message to sound p50': round(startMs.p50), 'frame age p50': round(frameAgeMs.p50),
  }])));
  printTable('all cases (the loudspeaker is not measured)', [
    ['cases counted', String(casesCounted), `of ${CASES.length}`],
    ['A/V skew, median', skewMs.median, 'ms, |median| <= 8'], ['A/V skew, p95 of |skew|', skewMs.absP95, 'ms, <= 15'],
    ['interrupt, call to silence at the tap, p50', interrupt.silenceMs.p50, 'ms'], ['interrupt, call to silence at the tap, p95', interrupt.silenceMs.p95, 'ms, <= 40'],
    ['the same as it leaves the device, p95', interrupt.heardSilenceMs.p95, 'ms, with the output latency'],
    ['interrupt, call to the mouth at rest, p95', interrupt.restMs.p95, 'ms, <= 250'],
    ['first message to sound at the tap, p95', interrupt.startMs.p95, 'ms, <= 90'], ['the same as it leaves the device, p95', interrupt.heardStartMs.p95, 'ms, with the output latency'],
    ['of which: render quantum', quantumMs, 'ms'], ['of which: fade', fadeMs, 'ms'],
    ['poses of a cut utterance shown', String(interrupt.stalePoses), `of ${interrupt.posesAfter} after ${interrupt.count} cuts of ${interrupt.asked}, 0 wanted`],
  ]);
  if (cost.cpuMsPerSecond) {
    printTable('CPU a second of speech, and of silence', Object.entries(cost.cpuMsPerSecond).map(([thread, { speakingMs, idleMs }]) => [thread, speakingMs, `ms (${idleMs.toFixed(1)} ms)`]));
  }
  for (const problem of problems) console.log(`problem: ${problem}`);
  const reached = Math.abs(skewMs.median) <= 8 && skewMs.absP95 <= 15 && interrupt.silenceMs.p95 <= 40 && interrupt.restMs.p95 <= 250 && interrupt.startMs.p95 <= 90 && interrupt.stalePoses === 0 && problems.length === 0;
  process.exitCode = reached ? 0 : 1;
}

function round(value) {
  return Number.isFinite(value) ? Number(value.toFixed(2)) : 'not measured';
}
