/**
 * npm run bench:network: what the motion network costs, in milliseconds of one core per second of a stream, alone and with
 * others: features (in `push`), network and decoder (in `pull`). Speech in steps of 40 ms, every stream elsewhere in it.
 *
 * Options: --folder (the weights that are shipped), --streams 1,8,32, --seconds 10, --out bench/results/network.json
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseWav, toFloatSamples } from '@visavis/motion';
import { loadNetworkModel } from '@visavis/motion/onnx';
import { readOptions } from './lib/options.mjs';
import { machine, printTable, referenceMs, writeJson } from './lib/report.mjs';

const options = readOptions(import.meta.url, {
  folder: { type: 'string' }, streams: { type: 'string', default: '1,8,32' }, seconds: { type: 'string', default: '10' },
  out: { type: 'string', default: fileURLToPath(new URL('results/network.json', import.meta.url)) },
});
const STEP_SAMPLES = 640;
const STEPS_A_SECOND = 25;
/** A figure is the best of so many runs: others share the machine. */
const RUNS = 5;
const TARGETS = { 1: 6, 8: 1.5, 32: 1.5 };
const { samples } = parseWav(readFileSync(new URL('../apps/demo/assets/samples/austen.wav', import.meta.url)));
const speech = toFloatSamples(samples);

const host = machine();
const reference = referenceMs();
const model = await loadNetworkModel(options.folder === undefined ? {} : { folder: options.folder });
const results = {};
for (const count of options.streams.split(',').map(Number)) results[count] = await cost(count);
await model.dispose();
report();
writeJson(options.out, {
  bench: 'network', at: new Date().toISOString(), machine: host, reference: { what: 'resampling 60 s from 48 to 16 kHz, one core', ms: reference }, model: model.id, streams: results,
});

async function cost(count) {
  const streams = Array.from({ length: count }, () => model.open());
  const steps = Math.max(STEPS_A_SECOND, Math.round((Number(options.seconds) * STEPS_A_SECOND) / count));
  await run(streams, steps); // code is compiled by then
  const runs = [];
  for (let i = 0; i < RUNS; i++) runs.push(await run(streams, steps));
  for (const stream of streams) stream.close();
  const best = (name) => Math.min(...runs.map((one) => one[name]));
  return { featuresMs: best('featuresMs'), networkAndDecoderMs: best('networkAndDecoderMs') };
}

async function run(streams, steps) {
  let [pushed, pulled] = [0, 0];
  for (let step = 0; step < steps; step++) {
    const begin = cpuMs();
    streams.forEach((stream, i) => stream.push(piece(step, i)));
    const middle = cpuMs();
    await Promise.all(streams.map((stream) => stream.pull()));
    pushed += middle - begin;
    pulled += cpuMs() - middle;
  }
  const seconds = (streams.length * steps) / STEPS_A_SECOND;
  return { featuresMs: pushed / seconds, networkAndDecoderMs: pulled / seconds };
}

function piece(step, stream) {
  const at = ((step + 17 * stream) * STEP_SAMPLES) % (speech.length - STEP_SAMPLES);
  return speech.subarray(at, at + STEP_SAMPLES);
}

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function report() {
  console.log(`${model.id}; ${host.cpu}, ${host.cores} cores, Node ${host.node}, load before ${host.load}; reference load ${reference.toFixed(0)} ms`);
  for (const [count, { featuresMs, networkAndDecoderMs }] of Object.entries(results)) {
    const target = TARGETS[count];
    printTable(`${count} streams, a stream second`, [
      ['features', featuresMs, 'ms'], ['network and decoder', networkAndDecoderMs, target === undefined ? 'ms' : `ms, <= ${target}`],
      ['the same, to the reference second', networkAndDecoderMs / (reference / 60), 'x'],
    ]);
  }
}
