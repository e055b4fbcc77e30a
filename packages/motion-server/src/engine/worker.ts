import { parentPort, workerData } from 'node:worker_threads';
import { MotionEngine, type MotionFrame } from '@visavis/motion';
import { loadModel, type ModelChoice } from './load-model.js';
import { packPoses, toCallError, type Answer, type Batch, type CallError, type Op, type Ready, type Result } from './messages.js';

/** What is left of an engine that could not be opened. */
type Slot = MotionEngine | CallError;

interface Outcome {
  readonly result: Result;
  readonly frames: readonly MotionFrame[];
}

/** Entry of a worker thread: the engines of many sessions over one model, a batch of calls at a time. */
const port = parentPort;
if (!port) throw new Error('this module is started as a worker thread');
const { model, ...rest } = await loadModel(workerData as ModelChoice);
const slots = new Map<number, Slot>();

port.on('message', (batch: Batch) => void work(batch));
port.postMessage({ model: model.id, ...rest } satisfies Ready);

async function work({ ops, samples }: Batch): Promise<void> {
  let at = 0;
  const calls: Promise<Outcome>[] = [];
  for (const op of ops) {
    const part = op.kind === 'push' ? samples.subarray(at, at += op.count) : undefined;
    const call = begin(op, part);
    if (call) calls.push(call);
  }
  const outcomes = await Promise.all(calls);
  if (outcomes.length === 0) return;
  const values = packPoses(outcomes.flatMap(({ frames }) => frames));
  port!.postMessage({ results: outcomes.map(({ result }) => result), values } satisfies Answer, [values.buffer]);
}

/** Pushes at once, in order; the pulls of a batch are under way together, so that a model may batch them. */
function begin(op: Op, samples: Float32Array | undefined): Promise<Outcome> | undefined {
  switch (op.kind) {
    case 'open':
      slots.set(op.engine, open(op));
      return undefined;
    case 'close':
      close(op.engine);
      return undefined;
    default:
      return call(op.engine, samples);
  }
}

function open({ options }: Op & { kind: 'open' }): Slot {
  try {
    return new MotionEngine({ model, ...options });
  } catch (error) {
    return toCallError(error);
  }
}

function close(engine: number): void {
  const slot = slots.get(engine);
  if (slot instanceof MotionEngine) slot.close();
  slots.delete(engine);
}

/** A push, or without samples the end. */
async function call(engine: number, samples: Float32Array | undefined): Promise<Outcome> {
  const slot = slots.get(engine);
  if (!(slot instanceof MotionEngine)) return failed(engine, slot ?? { message: 'no such engine' });
  try {
    if (samples) slot.push(samples);
    else slot.flush();
    const frames = await slot.pull();
    return { result: { engine, first: frames[0]?.index ?? 0, count: frames.length }, frames };
  } catch (error) {
    return failed(engine, toCallError(error));
  }
}

function failed(engine: number, error: CallError): Outcome {
  return { result: { engine, first: 0, count: 0, error }, frames: [] };
}
