import { workerData } from 'node:worker_threads';
import { serveQueue } from '../work/serve.js';
import { Moonshine } from './moonshine.js';

const { folder } = workerData as { readonly folder: string };
const loaded = Moonshine.load(folder);
// Whoever asks is told; a failure nobody asked about must not end the process.
loaded.catch(() => undefined);

serveQueue(async (samples: Float32Array, signal) => (await loaded).transcribe(samples, signal));
