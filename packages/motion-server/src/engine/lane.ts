import type { Clock } from '../clock.js';
import type { Metrics } from '../metrics.js';
import { fromCallError, packSamples, unpackFrames, type Answer, type Batch, type Op, type Ready } from './messages.js';
import type { EngineLane, PooledEngine } from './pooled-engine.js';

/** A worker that has calls and answers none for so long is ended. */
const STUCK_MS = 10_000;
/** So is one that is not able to work so long after it began: it loads its model. */
const LOAD_MS = 60_000;

/** The part of a worker thread that is used. */
export interface WorkerThread {
  on(event: 'message', listener: (message: Ready | Answer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
  postMessage(batch: Batch, transfer: ArrayBuffer[]): void;
  terminate(): Promise<unknown>;
}

export interface LaneEvents {
  ready(worker: Ready): void;
  failed(error: Error): void;
  /** The worker is gone; the engines that were in it. */
  ended(engines: PooledEngine[]): void;
}

/** One worker: gathers the calls of a tick into one message, and takes the answers to the engines they are for. */
export class Lane implements EngineLane {
  readonly #worker: WorkerThread;
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #engines = new Map<number, PooledEngine>();
  #ops: Op[] = [];
  #samples: Float32Array[] = [];
  #nextId = 0;
  /** Calls sent and not answered. */
  #open = 0;
  #calmDown: () => void;
  #isReady = false;

  constructor(worker: WorkerThread, { metrics, clock }: { metrics: Metrics; clock: Clock }, events: LaneEvents) {
    this.#worker = worker;
    this.#metrics = metrics;
    this.#clock = clock;
    this.#calmDown = clock.after(LOAD_MS, () => void worker.terminate());
    worker.on('message', (message) => {
      if ('results' in message) return this.#handleAnswer(message);
      this.#isReady = true;
      this.#watch();
      events.ready(message);
    });
    worker.on('error', (error) => events.failed(error));
    worker.on('exit', () => {
      this.#calmDown();
      events.ended([...this.#engines.values()]);
      this.#engines.clear();
    });
  }

  /** It has worked, or could. */
  get isReady(): boolean {
    return this.#isReady;
  }

  send(op: Op, samples?: Float32Array): void {
    if (this.#ops.length === 0) setImmediate(() => this.#flush());
    this.#ops.push(op);
    if (samples) this.#samples.push(samples);
  }

  enter(engine: PooledEngine): number {
    const id = this.#nextId++;
    this.#engines.set(id, engine);
    return id;
  }

  exit(id: number): void {
    this.#engines.delete(id);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #flush(): void {
    const samples = packSamples(this.#samples);
    const calls = this.#ops.filter(({ kind }) => kind === 'push' || kind === 'finish').length;
    this.#worker.postMessage({ ops: this.#ops, samples }, [samples.buffer]);
    this.#ops = [];
    this.#samples = [];
    if (calls === 0) return;
    this.#metrics.batchSize.observe(calls);
    this.#open += calls;
    if (this.#isReady && this.#open === calls) this.#watch();
  }

  /** From now on it must answer, if there is anything to. */
  #watch(): void {
    this.#calmDown();
    if (this.#open > 0) this.#calmDown = this.#clock.after(STUCK_MS, () => void this.#worker.terminate());
  }

  #handleAnswer({ results, values }: Answer): void {
    this.#open -= results.length;
    this.#watch();
    let at = 0;
    for (const result of results) {
      const engine = this.#engines.get(result.engine);
      if (result.error) engine?.fail(fromCallError(result.error));
      else engine?.handleFrames(unpackFrames(result, values, at, engine.fps));
      at += result.count;
    }
  }
}
