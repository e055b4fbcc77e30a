import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { quietRuntime } from '@visavis/motion/onnx';
import { VisavisError } from '@visavis/protocol/errors';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { EngineHost, EngineOptions, EngineSeat, RemoteEngine } from './host.js';
import { Lane, type WorkerThread } from './lane.js';
import type { ModelChoice } from './load-model.js';
import { warnOfFallback } from './fallback.js';
import type { Ready } from './messages.js';
import { PooledEngine } from './pooled-engine.js';

/** How long a place stays empty whose worker ended before it could work. */
const RESPAWN_MS = 1_000;

export interface PoolOptions {
  /** Worker threads, 1 or more. */
  readonly workers: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly model: ModelChoice;
  /** Default: a thread with a model of its own. */
  readonly spawn?: () => WorkerThread;
}

/** Engines in worker threads. Resolves when every worker is able to work; rejects where one is not. */
export async function createWorkerPool(options: PoolOptions): Promise<EngineHost> {
  const pool = new WorkerPool(options);
  try {
    await pool.ready;
  } catch (error) {
    await pool.dispose();
    throw error;
  }
  return pool;
}

/** Spreads seats over workers. A worker that ends is replaced, and its seats move to the one with the fewest. */
class WorkerPool implements EngineHost {
  readonly ready: Promise<unknown>;
  readonly #options: PoolOptions;
  readonly #seats = new Set<Seat>();
  readonly #lanes = new Set<Lane>();
  /** Lanes whose threads are there, those that were left among them. */
  readonly #threads = new Set<Lane>();
  readonly #respawns = new Set<() => void>();
  #disposed = false;
  #modelId = '';
  #warned = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.ready = Promise.all(Array.from({ length: options.workers }, () => new Promise<void>((resolve, reject) => this.#spawn(resolve, reject))));
  }

  get modelId(): string {
    return this.#modelId;
  }

  join(): EngineSeat {
    const seat = new Seat(() => this.#quietest(), (leaving) => this.#seats.delete(leaving));
    this.#seats.add(seat);
    return seat;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const cancel of this.#respawns) cancel();
    this.#lanes.clear(); // nowhere to move to
    await Promise.all([...this.#threads].map((lane) => lane.end()));
  }

  #spawn(onReady: () => void = () => undefined, onEnd: (error: Error) => void = () => undefined): void {
    const { model, spawn = () => spawnWorker(model), logger, metrics } = this.#options;
    let cause: Error | undefined;
    const lane: Lane = new Lane(spawn(), this.#options, {
      ready: (worker) => {
        this.#handleReady(worker);
        onReady();
      },
      failed: (error) => {
        cause = error;
        logger.error({ err: error }, 'worker failed');
      },
      ended: (engines) => {
        this.#lanes.delete(lane);
        onEnd(new VisavisError('serverError', `a worker thread could not start${cause ? `: ${cause.message}` : ''}`, { cause }));
        if (!this.#disposed) {
          metrics.workerExits.inc();
          logger.error({ engines: engines.length }, 'worker ended; its sessions move');
          this.#replace(lane);
        }
        for (const seat of this.#seats) seat.vacate(lane);
        for (const engine of engines) engine.move();
      },
      gone: () => this.#threads.delete(lane),
    });
    this.#lanes.add(lane);
    this.#threads.add(lane);
  }

  /** Workers fall back alike: the first says so for all. */
  #handleReady({ model, fallback }: Ready): void {
    this.#modelId = model;
    if (fallback === undefined || this.#warned) return;
    this.#warned = true;
    warnOfFallback(this.#options.logger, fallback);
  }

  /** At once, but one that never worked would end again and again. */
  #replace(lane: Lane): void {
    if (lane.isReady) return this.#spawn();
    const cancel = this.#options.clock.after(RESPAWN_MS, () => {
      this.#respawns.delete(cancel);
      this.#spawn();
    });
    this.#respawns.add(cancel);
  }

  /** The worker with the fewest sessions; one that still loads its model only where there is no other. */
  #quietest(): Lane | undefined {
    const ready = [...this.#lanes].filter((lane) => lane.isReady);
    let best: { lane: Lane; seats: number } | undefined;
    for (const lane of ready.length > 0 ? ready : this.#lanes) {
      const seats = [...this.#seats].filter((seat) => seat.isOn(lane)).length;
      if (!best || seats < best.seats) best = { lane, seats };
    }
    return best?.lane;
  }
}

/** Stays with one worker for as long as that lives. */
class Seat implements EngineSeat {
  readonly #choose: () => Lane | undefined;
  readonly #onLeave: () => void;
  #lane: Lane | undefined;

  constructor(choose: () => Lane | undefined, onLeave: (seat: Seat) => void) {
    this.#choose = choose;
    this.#onLeave = () => onLeave(this);
  }

  isOn(lane: Lane): boolean {
    return this.#lane === lane;
  }

  vacate(lane: Lane): void {
    if (this.#lane === lane) this.#lane = undefined;
  }

  open(options: EngineOptions): RemoteEngine {
    return new PooledEngine(options, () => (this.#lane ??= this.#choose()));
  }

  leave(): void {
    this.#onLeave();
  }
}

/** The worker's entry is JavaScript: from sources, as in tests, the one that was built last. */
function spawnWorker(model: ModelChoice): WorkerThread {
  const entry = import.meta.url.endsWith('.ts') ? '../../dist/engine/worker.js' : './worker.js';
  const url = new URL(entry, import.meta.url);
  if (!existsSync(url)) throw new VisavisError('invalidConfiguration', 'workers need a build of @visavis/motion-server: run npm run build');
  quietRuntime();
  // None of this process's flags: one for tests would send the worker to sources that it cannot read.
  return new Worker(url, { execArgv: [], workerData: model });
}
