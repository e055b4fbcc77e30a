/**
 * npm run bench:path: the whole path of a voice's first piece: handed to the Server SDK, through the built Motion Server (network
 * model), the relay and headless Chromium, to sound at the client's tap. How each figure is made: bench/README.md.
 *
 * Options: --quick (a try), --turns 30, --out bench/results/path.json
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseWav } from '@visavis/motion';
import { createPresenter, createRelay } from '@visavis/server-sdk';
import { runnerImport } from 'vite';
import { judgeStart } from './lib/listening.mjs';
import { startServer } from './lib/motion-server.mjs';
import { readOptions } from './lib/options.mjs';
import { machine, percentiles, printTable, referenceMs, writeJson } from './lib/report.mjs';

const options = readOptions(import.meta.url, {
  quick: { type: 'boolean', default: false }, turns: { type: 'string', default: '30' },
  out: { type: 'string', default: fileURLToPath(new URL('results/path.json', import.meta.url)) },
});
const TURNS = options.quick ? 3 : Number(options.turns);
/** The first turns compile code on every hop. */
const WARM_UP_TURNS = 2;
const PIECE_MS = 100;
const SPEECH_MS = 1_500;
/** How fast the voice is, in multiples of speech. */
const PACES = { 'all at once': Infinity, 'three times as fast as speech': 3, 'as fast as speech': 1 };
const LIMIT_MS = 120;

const machineBefore = machine();
const reference = referenceMs();
const { samples, sampleRate } = parseWav(readFileSync(new URL('../apps/demo/assets/samples/austen.wav', import.meta.url)));
const pieces = voicePieces();
const { module: browsers } = await runnerImport(fileURLToPath(new URL('../test/browser.ts', import.meta.url)));
const server = await startServer();
const pages = await browsers.serveWithVite();
const http = createServer().listen(0, '127.0.0.1');
await once(http, 'listening');
const relay = createRelay({ manifestUrl: () => '/avatars/ava/avatar.json', allowedOrigins: [pages.url] });
relay.attach(http, '/relay');
/** Unix milliseconds at which each turn's first piece was handed over. */
const handedMs = [];
relay.onClient(serve);
const browser = await browsers.launchBrowser();
try {
  const startsMs = {};
  const problems = [];
  for (const name of Object.keys(PACES)) startsMs[name] = await measure(name, problems);
  const result = {
    bench: 'path', at: new Date().toISOString(), quick: options.quick, machine: machineBefore, browser: browser.version(),
    reference: { what: 'resampling 60 s from 48 to 16 kHz, one core', ms: reference }, turns: TURNS, pieceMs: PIECE_MS, sampleRate, startsMs, problems,
  };
  report(result);
  writeJson(options.out, result);
} finally {
  await browser.close();
  await pages.close();
  await relay.dispose();
  http.close();
  await server.stop();
}

/** Speech from its first sound on, so that the first sample of the first piece is heard, as s16le. */
function voicePieces() {
  const from = samples.findIndex((sample) => Math.abs(sample) > 500);
  const size = (sampleRate * PIECE_MS) / 1000;
  return Array.from({ length: SPEECH_MS / PIECE_MS }, (_, i) => new Uint8Array(samples.slice(from + i * size, from + (i + 1) * size).buffer));
}

function serve(client) {
  const presenter = createPresenter(client, {
    sampleRate, appId: 'dev-app', apiKey: 'dev-key', consoleUrl: server.consoleUrl, ingressUrl: server.ingressUrl, avatarId: 'ava',
  });
  const started = presenter.start();
  client.onText(async (pace) => {
    await started;
    const turn = presenter.beginTurn();
    handedMs.push(Date.now());
    for (const piece of pieces) {
      await turn.send(piece);
      await sleep(PIECE_MS / PACES[pace]);
    }
    await turn.end();
  });
}

async function measure(pace, problems) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => problems.push(`${pace}: ${error.message}`));
  await page.exposeFunction('benchTicket', () => ({ url: `ws://127.0.0.1:${http.address().port}/relay`, ticket: relay.tickets.issue({ avatarId: 'ava' }).ticket }));
  await page.goto(`${pages.url}/bench/client/page.html`);
  await page.waitForSelector('html[data-ready]');
  await page.evaluate(() => globalThis.bench.open({ isDrawn: false, isHeard: true }));
  const originMs = await page.evaluate(() => performance.timeOrigin);
  const starts = [];
  for (let n = 0; n < WARM_UP_TURNS + TURNS; n++) {
    const notes = await page.evaluate((name) => globalThis.bench.hear(name), pace);
    problems.push(...notes.errors.map((error) => `${pace}: ${error}`));
    const { madeMs, leavesMs } = judgeStart(notes);
    if (n < WARM_UP_TURNS) continue;
    starts.push({ tap: madeMs + originMs - handedMs.at(-1), device: leavesMs + originMs - handedMs.at(-1), standsIn: notes.standIns.length > 0, stalls: notes.stalls.length > 0 });
  }
  await page.close();
  return {
    tap: percentiles(starts.map(({ tap }) => tap)), device: percentiles(starts.map(({ device }) => device)),
    turnsWithoutMotion: starts.filter(({ standsIn }) => standsIn).length, turnsWithStall: starts.filter(({ stalls }) => stalls).length,
  };
}

function report({ machine: { cpu, cores, node, load }, browser: version, startsMs, problems }) {
  console.log(`${cpu}, ${cores} cores, Node ${node}, Chromium ${version}; load before: ${load}; reference ${reference.toFixed(1)} ms`);
  for (const [pace, { tap, device, turnsWithoutMotion, turnsWithStall }] of Object.entries(startsMs)) {
    printTable(`a voice that speaks ${pace}, ${tap.count} turns: its first piece of ${PIECE_MS} ms handed over, to sound`, [
      ['at the tap, p50', tap.p50, 'ms'], ['at the tap, p95', tap.p95, `ms, <= ${LIMIT_MS}`], ['as it leaves the device, p95', device.p95, 'ms, with the output latency'],
      ['turns whose motion ran short, and whose sound did', `${turnsWithoutMotion}, ${turnsWithStall}`, '0 wanted'],
    ]);
  }
  for (const problem of problems) console.log(`problem: ${problem}`);
  process.exitCode = problems.length === 0 && Object.values(startsMs).every(({ tap, turnsWithoutMotion, turnsWithStall }) => tap.p95 <= LIMIT_MS && turnsWithoutMotion + turnsWithStall === 0) ? 0 : 1;
}
