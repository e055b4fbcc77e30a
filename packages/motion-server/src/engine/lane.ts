import type { SpeechTimes } from '@visavis/motion';
import type { Clock } from '../clock.js';
import type { Metrics } from '../metrics.js';
import { Gathering } from './gathering.js';
import type { EngineOptions } from './host.js';
import { END, fromCallError, Op, packSamples, RESULT_FIELDS, unpackFrames, type Answer, type Batch, type Ready } from './messages.js';
import type { EngineLane, PooledEngine } from './pooled-engine.js';

/** A worker that has calls and answers none for so long is left and ended. */
const STUCK_MS = 10_000;
/** So is one that is not able to work so long after it began: it loads its model. */
const LOAD_MS = 60_000;
/** A worker that is asked to end and has not so much later is taken away, in the middle of whatever it does; in native code that ends the process. */
const END_MS = 30_000;

/** The part of a worker thread that is used. */
export interface WorkerThread {
  on(event: 'message', listener: (message: Ready | Answer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
  postMessage(message: Batch | typeof END, transfer: ArrayBuffer[]): void;
  terminate(): Promise<unknown>;
}

export interface LaneEvents {
  ready(worker: Ready): void;
  failed(error: Error): void;
  /** The worker does no more; the engines that were in it. */
  ended(engines: PooledEngine[]): void;
  /** Its thread is gone, now or some time after. */
  gone(): void;
}

/** One worker: gathers calls into messages, and takes the answers to the engines they are for. */
export class Lane implements EngineLane {
  readonly #worker: WorkerThread;
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #engines = new Map<number, PooledEngine>();
  readonly #gathering: Gathering;
  readonly #events: LaneEvents;
  readonly #gone: Promise<void>;
  /** As in a Batch. */
  #ops: number[] = [];
  #options: EngineOptions[] = [];
  #times: SpeechTimes[] = [];
  #samples: Float32Array[] = [];
  /** Calls among the `ops`: what is answered. */
  #calls = 0;
  #nextId = 0;
  /** Calls sent and not answered, those of engines closed since among them. */
  #open = 0;
  #calmDown: () => void;
  #isReady = false;
  #hasEnded = false;

  constructor(worker: WorkerThread, { metrics, clock }: { metrics: Metrics; clock: Clock }, events: LaneEvents) {
    this.#worker = worker;
    this.#metrics = metrics;
    this.#clock = clock;
    this.#events = events;
    this.#gathering = new Gathering(clock, () => this.#flush());
    this.#calmDown = clock.after(LOAD_MS, () => void this.end());
    worker.on('message', (message) => {
      if (this.#hasEnded) return;
      if ('results' in message) return this.#handleAnswer(message);
      this.#isReady = true;
      this.#watch();
      events.ready(message);
    });
    worker.on('error', (error) => events.failed(error));
    this.#gone = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#calmDown();
        this.#leave();
        resolve();
        events.gone();
      });
    });
  }

  /** It has worked, or could. */
  get isReady(): boolean {
    return this.#isReady;
  }

  open(engine: number, options: EngineOptions): void {
    this.#options.push(options);
    this.#add(Op.Open, engine, 0);
  }

  tell(engine: number, times: SpeechTimes): void {
    this.#times.push(times);
    this.#add(Op.Tell, engine, 0);
  }

  /** Takes the array itself. */
  push(engine: number, samples: Float32Array): void {
    this.#samples.push(samples);
    this.#calls++;
    this.#add(Op.Push, engine, samples.length);
  }

  finish(engine: number): void {
    this.#calls++;
    this.#add(Op.Finish, engine, 0);
  }

  /** Its results, where any are to come, go nowhere. */
  close(engine: number): void {
    this.#engines.delete(engine);
    this.#add(Op.Close, engine, 0);
  }

  enter(engine: PooledEngine): number {
    const id = this.#nextId++;
    this.#engines.set(id, engine);
    return id;
  }

  /** Its engines move. Its thread ends itself, as soon as it does not work; resolves when it is gone. */
  end(): Promise<void> {
    if (this.#hasEnded) return this.#gone;
    this.#worker.postMessage(END, []);
    this.#calmDown();
    this.#calmDown = this.#clock.after(END_MS, () => void this.#worker.terminate());
    this.#leave();
    return this.#gone;
  }

  #leave(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#gathering.stop();
    this.#events.ended([...this.#engines.values()]);
    this.#engines.clear();
  }

  #add(...op: [kind: Op, engine: number, samples: number]): void {
    this.#ops.push(...op);
    // An engine has one call at a time: with all of them under way no more can come. Calls of closed engines only make it leave sooner.
    this.#gathering.add(this.#calls + this.#open >= this.#engines.size);
  }

  #flush(): void {
    const ops = Int32Array.from(this.#ops);
    const samples = packSamples(this.#samples);
    const calls = this.#calls;
    this.#worker.postMessage({ ops, options: this.#options, times: this.#times, samples }, [ops.buffer, samples.buffer]);
    this.#ops = [];
    this.#options = [];
    this.#times = [];
    this.#samples = [];
    this.#calls = 0;
    if (calls === 0) return;
    this.#metrics.batchSize.observe(calls);
    this.#open += calls;
    if (this.#isReady && this.#open === calls) this.#watch();
  }

  /** From now on it must answer, if there is anything to. */
  #watch(): void {
    this.#calmDown();
    if (this.#open > 0) this.#calmDown = this.#clock.after(STUCK_MS, () => void this.end());
  }

  #handleAnswer({ results, errors, values }: Answer): void {
    this.#open -= results.length / RESULT_FIELDS;
    this.#watch();
    let [from, failed] = [0, 0];
    for (let at = 0; at < results.length; at += RESULT_FIELDS) {
      const [id, first, count, isFailed] = [results[at]!, results[at + 1]!, results[at + 2]!, results[at + 3]!];
      const error = isFailed === 1 ? errors[failed++] : undefined;
      const engine = this.#engines.get(id);
      if (error) engine?.fail(fromCallError(error));
      else engine?.handleFrames(unpackFrames(first, count, values, from, engine.fps));
      from += count;
    }
  }
}
