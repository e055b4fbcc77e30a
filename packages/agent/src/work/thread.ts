import { Worker } from 'node:worker_threads';
import { quietRuntime } from '@visavis/motion/onnx';

/** A thread of this package's built code. The process's own flags, which may say how modules are found, are not for it. */
export function startThread(script: URL, workerData: unknown): Worker {
  quietRuntime();
  return new Worker(script, { workerData, execArgv: [] });
}
