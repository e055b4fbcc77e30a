/**
 * npm run bench:avatar: what avatars weigh and cost in headless Chromium: bytes, load to the first picture, draw calls,
 * triangles, WebGL memory, the time to apply a pose, and memory over many loads. How each figure is made: bench/README.md.
 *
 * Options: --quick (few applications, few cycles), --avatars ava,pip (folders of avatars/; default all), --files head.zip
 * (others, inside the repository), --cycles 200, --out bench/results/avatar.json
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { listAvatarIds } from './lib/avatars.mjs';
import { readOptions } from './lib/options.mjs';
import { machine, percentiles, printTable, referenceMs, writeJson } from './lib/report.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const options = readOptions(import.meta.url, {
  quick: { type: 'boolean', default: false }, avatars: { type: 'string' }, files: { type: 'string', default: '' },
  cycles: { type: 'string' }, out: { type: 'string', default: here('results/avatar.json') },
});
const APPLICATIONS = options.quick ? 300 : 5_000;
const CYCLES = Number(options.cycles ?? (options.quick ? 6 : 200));
/** Cycles after which the heap is read for the first time: caches and compiled code are there by then. */
const SETTLED = Math.ceil(CYCLES / 10);
const MIB = 2 ** 20;
const AIMS = { bytes: 3 * MIB, calls: 12, applyMs: { glb: 0.3, splat: 4 }, growth: 0.05 };

const machineBefore = machine();
const reference = referenceMs();
const { module: browsers } = await runnerImport(here('../test/browser.ts'));
const server = await browsers.serveWithVite();
const browser = await browsers.launchBrowser(['--enable-precise-memory-info']);
const problems = [];
try {
  const avatars = [];
  for (const one of sources()) {
    console.log(`measuring ${one.id}`);
    avatars.push(await measure(one));
  }
  console.log(`loading and disposing of ${avatars[0].id}, ${CYCLES} times`);
  const cycled = await measureCycles(avatars[0]);
  const result = {
    bench: 'avatar', at: new Date().toISOString(), quick: options.quick, machine: machineBefore, browser: browser.version(),
    reference: { what: 'resampling 60 s from 48 to 16 kHz, one core', ms: reference }, avatars, cycles: cycled, problems,
  };
  report(result);
  writeJson(options.out, result);
} finally {
  await browser.close();
  await server.close();
}
process.exitCode = problems.length > 0 ? 1 : 0;

function sources() {
  const ids = options.avatars?.split(',') ?? listAvatarIds();
  const root = here('..');
  return [
    ...ids.map((id) => {
      const { rig, files } = JSON.parse(readFileSync(here(`../avatars/${id}/avatar.json`), 'utf8'));
      const bytes = (files ?? [rig.file].map((name) => ({ name }))).reduce((sum, { name }) => sum + statSync(here(`../avatars/${id}/${name}`)).size, 0);
      return { id, type: rig.type, bytes, source: { manifestUrl: `/avatars/${id}/avatar.json` } };
    }),
    ...options.files.split(',').filter(Boolean).map((file) => {
      const path = resolve(file);
      if (!existsSync(path) || !path.startsWith(root)) throw new Error(`--files ${file}; give files inside this repository`);
      const type = { '.vrm': 'vrm', '.zip': 'splat' }[path.slice(path.lastIndexOf('.'))] ?? 'glb';
      return { id: basename(path), type, bytes: statSync(path).size, source: { fileUrl: `/${path.slice(root.length).split(sep).join('/')}`, name: basename(path) } };
    }),
  ];
}

/** A page whose clock is exact to 5 microseconds, which browsers give to isolated pages only. */
async function openPage() {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  page.on('pageerror', (error) => problems.push(`${error.name}: ${error.message}\n${error.stack}`));
  await page.route('**/cost/index.html', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' } });
  });
  await page.addInitScript({ path: here('avatar/cost/gl-meter.js') });
  await page.goto(`${server.url}/bench/avatar/cost/index.html`);
  await page.waitForSelector('html[data-ready]');
  if (!(await page.evaluate(() => globalThis.avatarBench.isolated))) problems.push('the page is not isolated: its clock is coarse');
  return page;
}

async function measure({ id, type, bytes, source }) {
  const page = await openPage();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const taskMs = async () => 1000 * (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;
  const before = await taskMs();
  const { coldMs, warmMs } = await page.evaluate((one) => globalThis.avatarBench.loads(one), source);
  const mainThreadMs = (await taskMs() - before) / (warmMs === undefined ? 1 : 2);
  const times = await page.evaluate(([one, count]) => globalThis.avatarBench.applications(one, count), [source, APPLICATIONS]);
  const { frame, bytes: webglBytes } = await page.evaluate((one) => globalThis.avatarBench.picture(one), source);
  await page.close();
  const measured = { id, type, bytes, source, coldMs, warmMs, mainThreadMs, applyMs: percentiles(times), frame, webglBytes };
  judge(measured);
  return measured;
}

function judge({ id, type, bytes, source, applyMs, frame }) {
  const limitMs = AIMS.applyMs[type];
  if (bytes > AIMS.bytes && source.manifestUrl !== undefined && options.avatars === undefined) problems.push(`${id} weighs ${(bytes / MIB).toFixed(2)} MiB`);
  if (limitMs !== undefined && applyMs.p95 > limitMs) problems.push(`${id}: a pose takes ${applyMs.p95.toFixed(3)} ms at p95, aim ${limitMs}`);
  if (frame.picture.calls > AIMS.calls) problems.push(`${id}: ${frame.picture.calls} draw calls, aim ${AIMS.calls}`);
}

/** The heap after a collection, when the first tenth of the cycles is over and at their end. */
async function measureCycles({ id, source }) {
  const page = await openPage();
  const devtools = await page.context().newCDPSession(page);
  const heap = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize;
  };
  await page.evaluate(([one, count]) => globalThis.avatarBench.cycles(one, count), [source, SETTLED]);
  const settled = await heap();
  const left = await page.evaluate(([one, count]) => globalThis.avatarBench.cycles(one, count), [source, CYCLES - SETTLED]);
  const after = await heap();
  await page.close();
  const growth = after / settled - 1;
  if (growth > AIMS.growth) problems.push(`the heap grew by ${(100 * growth).toFixed(1)} % over ${CYCLES - SETTLED} loads`);
  if (left.bytes > 0 || left.children > 0) problems.push(`${left.bytes} bytes of WebGL memory and ${left.children} elements are left after the last view`);
  return { id, count: CYCLES, heapBytesSettled: settled, heapBytesAfter: after, growth, webglBytesLeft: left.bytes };
}

function report({ avatars, cycles }) {
  for (const { id, type, bytes, coldMs, warmMs, mainThreadMs, applyMs, frame, webglBytes } of avatars) {
    printTable(`${id} (${type})`, [
      ['asset', bytes / MIB, 'MiB'], ['cold load to first picture', coldMs, 'ms'],
      ...(warmMs === undefined ? [] : [['warm load', warmMs, 'ms']]), ['main thread, a load', mainThreadMs, 'ms'],
      ['apply a pose, p50', applyMs.p50, 'ms'], ['apply a pose, p95', applyMs.p95, 'ms'],
      ['draw calls, picture', frame.picture.calls, ''], ['draw calls, shadows', frame.elsewhere.calls, ''],
      ['triangles, picture', frame.picture.triangles, ''], ['WebGL memory', webglBytes / MIB, 'MiB'],
    ]);
  }
  printTable(`${cycles.count} loads and disposals of ${cycles.id}`, [
    [`heap after ${SETTLED}`, cycles.heapBytesSettled / MIB, 'MiB'], ['heap at the end', cycles.heapBytesAfter / MIB, 'MiB'],
    ['WebGL memory left', cycles.webglBytesLeft / MIB, 'MiB'],
  ]);
  for (const problem of problems) console.error(problem);
}
