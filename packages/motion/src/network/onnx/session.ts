import type * as Runtime from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { StepRunner, Tensors } from '../batcher.js';
import { NetworkModelError } from '../error.js';
import { inputsOf, outputsOf, type StepLayout, type Tensor } from '../layout.js';
import { quietRuntime } from './quiet.js';

/** One thread: servers run a model in each worker. Numbers too small to be heard are zero, for they are slow to reckon with. */
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all',
  extra: { session: { set_denormal_as_zero: '1' } },
};

/**
 * The graph in onnxruntime, run in this thread. Rejects with NetworkModelError `runtimeUnavailable` where the runtime does
 * not load, `weightsInvalid` where the graph does not, or has other inputs and outputs than the manifest says.
 */
export async function openSession(graph: Uint8Array, layout: StepLayout): Promise<StepRunner> {
  const runtime = await loadRuntime();
  let session: InferenceSession;
  try {
    session = await runtime.InferenceSession.create(graph, SESSION_OPTIONS);
  } catch (cause) {
    throw new NetworkModelError('weightsInvalid', `onnxruntime cannot read motion.onnx (${(cause as Error).message}): fetch the weights again`, { cause });
  }
  const runner = new SessionRunner(runtime, session, layout);
  try {
    checkTensors(session.inputMetadata, inputsOf(layout));
    checkTensors(session.outputMetadata, outputsOf(layout));
    await warmUp(runner, layout);
  } catch (error) {
    await session.release();
    throw error;
  }
  return runner;
}

class SessionRunner implements StepRunner {
  readonly #runtime: typeof Runtime;
  readonly #session: InferenceSession;
  readonly #inputs: readonly Tensor[];
  readonly #outputs: readonly Tensor[];

  constructor(runtime: typeof Runtime, session: InferenceSession, layout: StepLayout) {
    this.#runtime = runtime;
    this.#session = session;
    this.#inputs = inputsOf(layout);
    this.#outputs = outputsOf(layout);
  }

  async run(inputs: Tensors, count: number): Promise<Tensors> {
    const feeds = this.#inputs.map(({ name, shape, size }) => {
      return [name, new this.#runtime.Tensor('float32', inputs[name]!.subarray(0, count * size), [count, ...shape])] as const;
    });
    const results = await this.#session.run(Object.fromEntries(feeds));
    return Object.fromEntries(this.#outputs.map(({ name }) => [name, results[name]!.data as Float32Array]));
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }
}

async function loadRuntime(): Promise<typeof Runtime> {
  try {
    quietRuntime();
    return await import('onnxruntime-node');
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0];
    throw new NetworkModelError('runtimeUnavailable', `onnxruntime-node does not load (${reason}): install it (npm install onnxruntime-node), or use the baseline`, { cause });
  }
}

function checkTensors(found: readonly InferenceSession.ValueMetadata[], wanted: readonly Tensor[]): void {
  for (const { name, shape } of wanted) {
    const tensor = found.find((one) => one.name === name);
    const fits = tensor?.isTensor && tensor.type === 'float32' && typeof tensor.shape[0] === 'string' && tensor.shape.slice(1).join() === shape.join();
    if (!fits) throw new NetworkModelError('weightsInvalid', `motion.onnx has no ${name} of float32 [streams, ${shape.join(', ')}]: it does not belong to motion.json`);
  }
  const other = found.find(({ name }) => !wanted.some((one) => one.name === name));
  if (other) throw new NetworkModelError('weightsInvalid', `motion.onnx has a tensor ${other.name} that this version does not know: use the weights of this version`);
}

/** The first run allocates, and shows that the graph runs here. */
async function warmUp(runner: StepRunner, layout: StepLayout): Promise<void> {
  try {
    await runner.run(Object.fromEntries(inputsOf(layout).map(({ name, size }) => [name, new Float32Array(size)])), 1);
  } catch (cause) {
    throw new NetworkModelError('weightsInvalid', `motion.onnx does not run (${(cause as Error).message}): fetch the weights again`, { cause });
  }
}
