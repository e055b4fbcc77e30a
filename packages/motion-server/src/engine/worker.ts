import { parentPort, workerData } from 'node:worker_threads';
import { MotionEngine, type MotionFrame, type SpeechTimes } from '@visavis/motion';
import { loadModel, type ModelChoice } from './load-model.js';
import type { EngineOptions } from './host.js';
import { Op, OP_FIELDS, packPoses, RESULT_FIELDS, toCallError, type Answer, type Batch, type CallError, type Ready } from './messages.js';

/** What is left of an engine that could not be opened. */
type Slot = MotionEngine | CallError;

/** Of a call. */
interface Outcome {
  readonly engine: number;
  readonly frames: readonly MotionFrame[];
  readonly error?: CallError;
}

/** Entry of a worker thread: the engines of many sessions over one model, a batch of calls at a time. */
const port = parentPort;
if (!port) throw new Error('this module is started as a worker thread');
const { model, ...rest } = await loadModel(workerData as ModelChoice);
const slots = new Map<number, Slot>();

port.on('message', (batch: Batch) => void work(batch));
port.postMessage({ model: model.id, ...rest } satisfies Ready);

async function work({ ops, options, times, samples }: Batch): Promise<void> {
  let [opened, told, from] = [0, 0, 0];
  const calls: Promise<Outcome>[] = [];
  // Pushes at once, in order; the pulls of a batch are under way together, so that a model may batch them.
  for (let at = 0; at < ops.length; at += OP_FIELDS) {
    const engine = ops[at + 1]!;
    switch (ops[at] as Op) {
      case Op.Open:
        slots.set(engine, open(options[opened++]!));
        break;
      case Op.Tell:
        tell(engine, times[told++]!);
        break;
      case Op.Push:
        calls.push(call(engine, samples.subarray(from, from += ops[at + 2]!)));
        break;
      case Op.Finish:
        calls.push(call(engine, undefined));
        break;
      case Op.Close:
        close(engine);
    }
  }
  if (calls.length > 0) answer(await Promise.all(calls));
}

function answer(outcomes: readonly Outcome[]): void {
  const results = new Int32Array(RESULT_FIELDS * outcomes.length);
  outcomes.forEach(({ engine, frames, error }, i) => results.set([engine, frames[0]?.index ?? 0, frames.length, error ? 1 : 0], i * RESULT_FIELDS));
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  const values = packPoses(outcomes.flatMap(({ frames }) => frames));
  port!.postMessage({ results, errors, values } satisfies Answer, [results.buffer, values.buffer]);
}

function open(options: EngineOptions): Slot {
  try {
    return new MotionEngine({ model, ...options });
  } catch (error) {
    return toCallError(error);
  }
}

/** An engine that could not be opened says so at its next call. */
function tell(engine: number, times: SpeechTimes): void {
  const slot = slots.get(engine);
  if (slot instanceof MotionEngine) slot.tell(times);
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
    return { engine, frames: await slot.pull() };
  } catch (error) {
    return failed(engine, toCallError(error));
  }
}

function failed(engine: number, error: CallError): Outcome {
  return { engine, frames: [], error };
}
