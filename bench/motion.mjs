/**
 * npm run bench:motion: our motion beside HeadAudio, wLipSync, loudness and a ridge regression, in one run on one audio.
 * What each measure means, and what it does not show: bench/motion/README.md.
 *
 * Options: --data ../shared/data/facegood, --systems network,signal,headaudio,headaudio-aa,wlipsync,loudness,ridge (or a module
 * that exports createModel, or other weights: PATH.onnx), --folds FOLDER, --visemes FILE, --wlipsync-profile FILE, --robustness,
 * --out bench/results/motion.json
 */
import { fileURLToPath } from 'node:url';
import { importBench } from './lib/bundle.mjs';
import { readOptions } from './lib/options.mjs';
import { machine, referenceMs, writeJson } from './lib/report.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
/** The reference load is a minute of audio. */
const REFERENCE_SECONDS = 60;
const bench = await importBench('index.ts', 'bench-motion');

const options = readOptions(import.meta.url, {
  data: { type: 'string', default: path('../../shared/data/facegood') }, systems: { type: 'string', default: bench.DEFAULT_SYSTEMS.join(',') },
  'wlipsync-profile': { type: 'string' }, folds: { type: 'string' }, visemes: { type: 'string' }, robustness: { type: 'boolean', default: false }, out: { type: 'string', default: path('results/motion.json') },
});
const host = machine();
const reference = referenceMs();
const result = await bench.runMotionBench({
  data: options.data, systems: options.systems.split(','), wlipsyncProfile: options['wlipsync-profile'], folds: options.folds, visemes: options.visemes, robustness: options.robustness,
  avatar: new URL('../avatars/ava/', import.meta.url), referenceMsPerSecond: reference / REFERENCE_SECONDS,
  onProgress: (what) => console.error(what),
});
console.log(`${host.cpu}, ${host.cores} cores, Node ${host.node}, load before ${host.load}; reference load ${reference.toFixed(0)} ms`);
console.log(bench.formatReport(result));
writeJson(options.out, { bench: 'motion', at: new Date().toISOString(), machine: host, reference: { what: 'resampling 60 s from 48 to 16 kHz, one core', ms: reference }, ...result });
