import { parentPort, workerData } from 'node:worker_threads';
import { loadModel, type ModelChoice } from './load-model.js';
import { serveEngines } from './serve-engines.js';

/** What the compiler does in the background for code that just ran comes to its end meanwhile (docs/decisions/2026-11-27-threads-end-themselves.md). */
const REST_MS = 100;

/** Entry of a worker thread. */
const port = parentPort;
if (!port) throw new Error('this module is started as a worker thread');
serveEngines(port, await loadModel(workerData as ModelChoice), () => setTimeout(() => process.exit(), REST_MS));
