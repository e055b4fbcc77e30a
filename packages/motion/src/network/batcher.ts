import { NetworkModelError } from './error.js';
import { curvesOf, inputsOf, type StepLayout, type Tensor } from './layout.js';
import type { StreamState } from './state.js';

/** Values by a tensor's name, the streams' rows one after the other. */
export type Tensors = Readonly<Record<string, Float32Array>>;

/** Runs the graph, one call at a time. */
export interface StepRunner {
  /** One step of `count` streams. Arrays of `inputs` may be longer than their `count` rows; the outputs are the caller's. */
  run(inputs: Tensors, count: number): Promise<Tensors>;
  dispose(): Promise<void>;
}

/** A stream as the batcher sees it. */
export interface StepStream {
  /** What it carries from step to step, in the layout's order; changed in place. */
  readonly states: readonly StreamState[];
  /** Features of its next step. */
  nextStep(): Float32Array;
  /** The step is done: its curves are row `row` of `outputs`, which are only valid during the call. */
  takeStep(outputs: Tensors, row: number): void;
}

/** Steps of one stream that are asked for. */
export interface PendingSteps {
  /** Resolves when all are done or cancelled; rejects with NetworkModelError `networkFailed` or `closed`. */
  readonly done: Promise<void>;
  /** Drops the steps left; one that is running changes nothing any more. */
  cancel(): void;
}

interface Job {
  readonly stream: StepStream;
  left: number;
  cancelled: boolean;
  resolve(): void;
  reject(error: Error): void;
}

export interface BatcherOptions {
  readonly runner: StepRunner;
  readonly layout: StepLayout;
  /** Streams in one run, at most. */
  readonly maxBatch: number;
  /** Calls back when the event loop has handed out what is waiting, so that its streams run together. */
  readonly defer: (callback: () => void) => void;
}

/**
 * Runs the steps of many streams together: a run takes one step of each stream that waits, `maxBatch` at most, the others
 * come next. What a stream asks for while a run is on joins the next. The queue holds each stream once.
 */
export class StepBatcher {
  readonly #options: BatcherOptions;
  readonly #inputs: readonly Tensor[];
  readonly #curves: readonly Tensor[];
  #buffers: Record<string, Float32Array> = {};
  /** Streams that the buffers have room for. */
  #capacity = 0;
  #queue: Job[] = [];
  /** Set while there is work. */
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(options: BatcherOptions) {
    this.#options = options;
    this.#inputs = inputsOf(options.layout);
    this.#curves = curvesOf(options.layout);
  }

  /** Runs the next `steps` steps of a stream, one after the other; it has none pending. */
  run(stream: StepStream, steps: number): PendingSteps {
    const { promise, ...settle } = withResolvers();
    const job: Job = { stream, left: steps, cancelled: false, ...settle };
    if (this.#closed) job.reject(new NetworkModelError('closed', 'the model was disposed of: load another'));
    else {
      this.#queue.push(job);
      this.#working ??= this.#work();
    }
    return { done: promise, cancel: () => this.#cancel(job) };
  }

  /** Fails what waits, ends the run that is on, and frees the runner. */
  async dispose(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(new NetworkModelError('closed', 'the model was disposed of'));
    await this.#working;
    this.#buffers = {};
    await this.#options.runner.dispose();
  }

  #cancel(job: Job): void {
    if (job.cancelled) return;
    job.cancelled = true;
    const at = this.#queue.indexOf(job);
    if (at >= 0) this.#queue.splice(at, 1);
    job.resolve();
  }

  async #work(): Promise<void> {
    await new Promise<void>((resolve) => this.#options.defer(resolve));
    while (this.#queue.length > 0) await this.#step(this.#queue.splice(0, this.#options.maxBatch));
    this.#working = undefined;
  }

  async #step(jobs: readonly Job[]): Promise<void> {
    this.#gather(jobs);
    try {
      const outputs = await this.#options.runner.run(this.#buffers, jobs.length);
      jobs.forEach((job, row) => { if (!job.cancelled) this.#finish(job, outputs, row); });
    } catch (cause) {
      const error = new NetworkModelError('networkFailed', `the motion network failed: ${(cause as Error).message}`, { cause });
      for (const job of jobs) job.reject(error);
    }
  }

  #gather(jobs: readonly Job[]): void {
    this.#reserve(jobs.length);
    const { features, states } = this.#options.layout;
    jobs.forEach(({ stream }, row) => {
      this.#buffers[features.name]!.set(stream.nextStep(), row * features.size);
      states.forEach(({ input: { name, size } }, i) => stream.states[i]!.gather(this.#buffers[name]!, row * size));
    });
  }

  /** Buffers grow by doubling and stay. */
  #reserve(count: number): void {
    if (count <= this.#capacity) return;
    this.#capacity = Math.min(this.#options.maxBatch, Math.max(count, 2 * this.#capacity));
    this.#buffers = Object.fromEntries(this.#inputs.map(({ name, size }) => [name, new Float32Array(this.#capacity * size)]));
  }

  /** One stream's row. Rows do not touch each other: values that are no numbers end this stream alone. */
  #finish(job: Job, outputs: Tensors, row: number): void {
    if (!this.#curves.every((curve) => areNumbers(outputs[curve.name]!, row, curve.size))) {
      return job.reject(new NetworkModelError('networkFailed', 'the motion network gave values that are no numbers; begin the request again'));
    }
    this.#options.layout.states.forEach(({ output: { name, size } }, i) => job.stream.states[i]!.take(outputs[name]!, row * size));
    job.stream.takeStep(outputs, row);
    if (--job.left > 0) this.#queue.push(job);
    else job.resolve();
  }
}

/** Whatever is no number in a state shows in the curves: each is made of all of them. */
function areNumbers(values: Float32Array, row: number, size: number): boolean {
  let zero = 0;
  for (let i = row * size; i < (row + 1) * size; i++) zero += values[i]! * 0;
  return zero === 0;
}

/** As Promise.withResolvers, which Node 20 has not. */
function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let settle!: { resolve: () => void; reject: (error: Error) => void };
  const promise = new Promise<void>((resolve, reject) => { settle = { resolve, reject }; });
  return { promise, ...settle };
}
