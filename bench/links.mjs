/**
 * npm run bench:links: utterances over bad networks: the real relay and the client's real transport, timeline and policies in
 * one process, a simulated network between them, and time that is counted. The loudspeaker is ideal; the same seed gives the
 * same figures on any machine. What is asked: is an utterance heard whole, is the mouth in step with it, how long until it
 * begins, how long it stands still.
 *
 * Options: --utterances 20 (for each network), --quick (2, and few networks), --seed 1, --out bench/results/links.json
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseWav } from '@visavis/motion';
import { LinkWorld } from './lib/link-world.mjs';
import { markerUtterance } from './lib/marker-utterance.mjs';
import { sessionToken, startServer } from './lib/motion-server.mjs';
import { readOptions } from './lib/options.mjs';
import { machine, percentiles, randomFrom, writeJson } from './lib/report.mjs';

const options = readOptions(import.meta.url, {
  utterances: { type: 'string', default: '20' }, quick: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' },
  out: { type: 'string', default: fileURLToPath(new URL('results/links.json', import.meta.url)) },
});
const COUNT = options.quick ? 2 : Number(options.utterances);
const UTTERANCE_MS = 6_000;
/** The backend sends so far ahead of playback. */
const AHEAD_MS = 300;
/** Of an utterance in step so many of its poses are. */
const IN_STEP_SHARE = 0.95;

const GOOD = { latencyMs: 20, jitterMs: 0, lossShare: 0, kbps: 1_000, cutEveryMs: Infinity };
const NETWORKS = [
  GOOD,
  ...[0, 100, 200, 300].map((latencyMs) => ({ ...GOOD, latencyMs })),
  ...[40, 80, 120, 200].map((jitterMs) => ({ ...GOOD, jitterMs })),
  ...[0.01, 0.05, 0.1, 0.2].map((lossShare) => ({ ...GOOD, lossShare })),
  ...[256, 128, 64, 48, 32, 16].map((kbps) => ({ ...GOOD, kbps })),
  ...[10_000, 4_000, 2_000].map((cutEveryMs) => ({ ...GOOD, cutEveryMs })),
  { ...GOOD, latencyMs: 40, jitterMs: 80, lossShare: 0.05, kbps: 256 },
  { ...GOOD, latencyMs: 80, jitterMs: 80, lossShare: 0.02, kbps: 128, cutEveryMs: 10_000 },
  { ...GOOD, latencyMs: 150, jitterMs: 120, lossShare: 0.1, kbps: 64, cutEveryMs: 10_000 },
  { latencyMs: 300, jitterMs: 200, lossShare: 0.2, kbps: 48, cutEveryMs: 6_000 },
];

/** Recorded speech: the marker's own sound is mostly silence, and costs a network little. */
const { samples, sampleRate } = parseWav(readFileSync(new URL('../apps/demo/assets/samples/austen.wav', import.meta.url)));
const speech = new Uint8Array(samples.slice(0, (sampleRate * UTTERANCE_MS) / 1000).buffer);

const machineBefore = machine();
const server = await startServer();
const messages = await markerUtterance({ codec: 'opus', sampleRate, ms: UTTERANCE_MS, pcm: speech, server, token: await sessionToken(server) });
await server.stop();
const cells = [];
for (const network of options.quick ? NETWORKS.filter((_, i) => i % 5 === 0) : NETWORKS) cells.push({ network, ...(await measure(network)) });
report(cells);
writeJson(options.out, {
  bench: 'links', at: new Date().toISOString(), quick: options.quick, machine: machineBefore, seed: Number(options.seed), utterances: COUNT, utteranceMs: UTTERANCE_MS, aheadMs: AHEAD_MS,
  cells: cells.map((cell) => ({ ...cell, network: { ...cell.network, cutEveryMs: Number.isFinite(cell.network.cutEveryMs) ? cell.network.cutEveryMs : 0 } })),
});

async function measure(network) {
  const world = await LinkWorld.of({ network, messages, utteranceMs: UTTERANCE_MS, aheadMs: AHEAD_MS, random: randomFrom(Number(options.seed)) });
  const heard = [];
  for (let n = 0; n < COUNT; n++) heard.push(await world.hear());
  await world.dispose();
  const share = (test) => heard.filter(test).length / heard.length;
  return {
    complete: share(({ isComplete }) => isComplete), inStep: share(({ isComplete, told, inStep }) => isComplete && inStep >= IN_STEP_SHARE * told),
    posesInStep: sum(heard, 'inStep') / sum(heard, 'told'), skewMs: percentiles(heard.flatMap(({ skews }) => skews)),
    startMs: percentiles(heard.map(({ startMs }) => startMs)), stalls: sum(heard, 'stalls') / heard.length, stoodMs: percentiles(heard.map(({ stoodMs }) => stoodMs)),
    startDelayMs: world.startDelayMs, errors: [...new Set(heard.flatMap(({ errors }) => errors))],
  };
}

function sum(list, name) {
  return list.reduce((total, one) => total + one[name], 0);
}

function report(all) {
  const percent = (share) => `${Math.round(share * 100)} %`;
  const round = (value) => (Number.isFinite(value) ? Math.round(value) : '-');
  console.table(all.map(({ network, complete, inStep, posesInStep, startMs, stalls, stoodMs, skewMs, startDelayMs }) => ({
    'latency ms': network.latencyMs, 'jitter ms': network.jitterMs, loss: percent(network.lossShare), 'kbit/s': network.kbps,
    'cut every s': Number.isFinite(network.cutEveryMs) ? network.cutEveryMs / 1000 : '-', complete: percent(complete), 'in step': percent(inStep), 'poses in step': percent(posesInStep),
    'skew p95': round(skewMs.p95), 'start p50': round(startMs.p50), 'start p95': round(startMs.p95), stalls: stalls.toFixed(1), 'stood ms p95': round(stoodMs.p95), 'learned ms': round(startDelayMs),
  })));
}
