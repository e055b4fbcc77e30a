import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import type * as Runtime from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { DataType, ModelGraph } from './model-graph.js';
import { weightTypeHere, type WeightType } from './weights.js';

const PREFIX = 'visavis-model-';
/** A model is written and read again within a second. */
const OLD_MS = 3_600_000;

/** Returns how much it changed. */
export type Rewrite = (graph: ModelGraph, weights: WeightType) => number;

export interface OpenOptions {
  readonly session: InferenceSession.SessionOptions;
  readonly rewrite: Rewrite;
  /** Values within the graph, of floats, that are to be outputs. */
  readonly outputs?: readonly string[];
}

/**
 * Opens the model at `path`, rewritten; as it is where there is nothing to change, or, with a warning, where that cannot be
 * done: it says the same then, and takes longer.
 */
export async function openRewritten(runtime: typeof Runtime, path: string, { session, rewrite, outputs = [] }: OpenOptions): Promise<InferenceSession> {
  const read = async (): Promise<ModelGraph> => {
    const graph = new ModelGraph(extname(path) === '.ort' ? await asOnnx(runtime, path) : await readFile(path));
    for (const name of outputs) graph.addOutput(name, DataType.Float);
    return graph;
  };
  const asItIs = async (): Promise<InferenceSession> => {
    if (outputs.length === 0) return runtime.InferenceSession.create(path, session);
    return runtime.InferenceSession.create((await read()).toBytes(), session);
  };
  try {
    const graph = await read();
    const changed = rewrite(graph, await weightTypeHere(runtime));
    return changed > 0 ? await runtime.InferenceSession.create(graph.toBytes(), session) : await asItIs();
  } catch (error) {
    const opened = await asItIs();
    process.emitWarning(`${basename(path)} is used as it came, which is slower: ${error instanceof Error ? error.message : String(error)}`, 'VisavisModelWarning');
    return opened;
  }
}

/** The runtime reads its own format, and writes what it read as ONNX. */
async function asOnnx(runtime: typeof Runtime, path: string): Promise<Uint8Array> {
  await removeOld();
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  try {
    const written = join(folder, 'model.onnx');
    const session = await runtime.InferenceSession.create(path, {
      executionProviders: ['cpu'], intraOpNumThreads: 1, graphOptimizationLevel: 'disabled', logSeverityLevel: 3,
      optimizedModelFilePath: written, extra: { session: { save_model_format: 'ONNX' } },
    });
    await session.release();
    return await readFile(written);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What processes left that were ended while they loaded a model. */
async function removeOld(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  for (const folder of names.map((name) => join(tmpdir(), name))) {
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > OLD_MS) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}
