import { MotionEngine, type MotionFrame, type MotionModel, type SpeechTimes } from '@visavis/motion';
import type { ChosenModel } from '@visavis/motion/onnx';
import type { EngineOptions } from './host.js';
import { END, Op, OP_FIELDS, packPoses, RESULT_FIELDS, toCallError, type Answer, type Batch, type CallError, type Ready } from './messages.js';

/** What is left of an engine that could not be opened. */
type Slot = MotionEngine | CallError;

/** Of a call. */
interface Outcome {
  readonly engine: number;
  readonly frames: readonly MotionFrame[];
  readonly error?: CallError;
}

/** A worker's end of the way to its lane. */
export interface WorkerPort {
  on(event: 'message', listener: (message: Batch | typeof END) => void): unknown;
  postMessage(message: Ready | Answer, transfer: ArrayBuffer[]): void;
}

/** What a worker does: the engines of many sessions over one model, a batch of calls at a time. `onEnd`: it was asked to end, and nothing is under way any more. */
export function serveEngines(port: WorkerPort, { model, ...rest }: ChosenModel, onEnd: () => void): void {
  const server = new EngineServer(port, model);
  const begun = new Set<Promise<void>>();
  let isEnding = false;
  port.on('message', (message) => {
    if (isEnding) return;
    if (message === END) {
      isEnding = true;
      server.closeAll();
      return void Promise.allSettled(begun).then(onEnd);
    }
    const work = server.work(message).finally(() => begun.delete(work));
    begun.add(work);
  });
  port.postMessage({ model: model.id, ...rest }, []);
}

class EngineServer {
  readonly #port: WorkerPort;
  readonly #model: MotionModel;
  readonly #slots = new Map<number, Slot>();

  constructor(port: WorkerPort, model: MotionModel) {
    this.#port = port;
    this.#model = model;
  }

  async work({ ops, options, times, samples }: Batch): Promise<void> {
    let [opened, told, from] = [0, 0, 0];
    const calls: Promise<Outcome>[] = [];
    // Pushes at once, in order; the pulls of a batch are under way together, so that a model may batch them.
    for (let at = 0; at < ops.length; at += OP_FIELDS) {
      const engine = ops[at + 1]!;
      switch (ops[at] as Op) {
        case Op.Open:
          this.#slots.set(engine, this.#open(options[opened++]!));
          break;
        case Op.Tell:
          this.#tell(engine, times[told++]!);
          break;
        case Op.Push:
          calls.push(this.#call(engine, samples.subarray(from, from += ops[at + 2]!)));
          break;
        case Op.Finish:
          calls.push(this.#call(engine, undefined));
          break;
        case Op.Close:
          this.#close(engine);
      }
    }
    if (calls.length > 0) this.#answer(await Promise.all(calls));
  }

  /** What is under way ends at its next step. */
  closeAll(): void {
    for (const slot of this.#slots.values()) if (slot instanceof MotionEngine) slot.close();
  }

  #answer(outcomes: readonly Outcome[]): void {
    const results = new Int32Array(RESULT_FIELDS * outcomes.length);
    outcomes.forEach(({ engine, frames, error }, i) => results.set([engine, frames[0]?.index ?? 0, frames.length, error ? 1 : 0], i * RESULT_FIELDS));
    const errors = outcomes.flatMap(({ error }) => error ?? []);
    const values = packPoses(outcomes.flatMap(({ frames }) => frames));
    this.#port.postMessage({ results, errors, values }, [results.buffer, values.buffer]);
  }

  #open(options: EngineOptions): Slot {
    try {
      return new MotionEngine({ model: this.#model, ...options });
    } catch (error) {
      return toCallError(error);
    }
  }

  /** An engine that could not be opened says so at its next call. */
  #tell(engine: number, times: SpeechTimes): void {
    const slot = this.#slots.get(engine);
    if (slot instanceof MotionEngine) slot.tell(times);
  }

  #close(engine: number): void {
    const slot = this.#slots.get(engine);
    if (slot instanceof MotionEngine) slot.close();
    this.#slots.delete(engine);
  }

  /** A push, or without samples the end. */
  async #call(engine: number, samples: Float32Array | undefined): Promise<Outcome> {
    const slot = this.#slots.get(engine);
    if (!(slot instanceof MotionEngine)) return failed(engine, slot ?? { message: 'no such engine' });
    try {
      if (samples) slot.push(samples);
      else slot.flush();
      return { engine, frames: await slot.pull() };
    } catch (error) {
      return failed(engine, toCallError(error));
    }
  }
}

function failed(engine: number, error: CallError): Outcome {
  return { engine, frames: [], error };
}
