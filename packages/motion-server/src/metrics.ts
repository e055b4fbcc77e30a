import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds: from one engine step to a request that has been waiting for long. */
const DELAY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.04, 0.06, 0.1, 0.25, 1, 5, 30];
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** How a request ended; `dropped`: with its connection. */
export type Outcome = 'completed' | 'interrupted' | 'failed' | 'dropped';

/**
 * What one server counts, in a registry of its own. Labels are closed sets (error codes, outcomes): nothing that a client
 * sends becomes one.
 */
export class Metrics {
  readonly #registry = new Registry();

  readonly sessions = this.#gauge('visavis_sessions', 'Sessions past their handshake');
  readonly model = new Gauge({ name: 'visavis_model', help: 'Always 1; the label is the id of the model that makes motion', labelNames: ['model'], registers: [this.#registry] });
  readonly streams = this.#gauge('visavis_streams', 'Requests being answered');
  readonly requests = new Counter({
    name: 'visavis_requests_total', help: 'Requests by how they ended', labelNames: ['outcome'], registers: [this.#registry],
  });
  readonly errors = new Counter({
    name: 'visavis_errors_total', help: 'Errors told to clients, by code', labelNames: ['code'], registers: [this.#registry],
  });
  readonly queueDelay = this.#delay('visavis_queue_delay_seconds', 'From the arrival of audio to the start of work on it');
  readonly step = this.#delay('visavis_step_seconds', 'From audio handed to an engine to its frames');
  readonly motionDelay = this.#delay('visavis_motion_delay_seconds', 'From the arrival of audio, or where motion was held back the end of that, to motion sent');
  readonly batchSize = new Histogram({
    name: 'visavis_batch_size', help: 'Engine calls in one message to a worker', buckets: BATCH_BUCKETS, registers: [this.#registry],
  });
  readonly lateFrames = this.#counter('visavis_late_frames_total', 'Frames that left over 60 ms after their audio and their time to be shown');
  readonly frames = this.#counter('visavis_frames_total', 'Frames that left');
  readonly workerExits = this.#counter('visavis_worker_exits_total', 'Workers that ended by themselves and were replaced');
  readonly bytesIn = this.#counter('visavis_received_bytes_total', 'Bytes of WebSocket messages received');
  readonly bytesOut = this.#counter('visavis_sent_bytes_total', 'Bytes of WebSocket messages sent');

  constructor() {
    this.#sampled('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss());
    this.#sampled('process_cpu_seconds_total', 'CPU time of all threads', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
  }

  /** Read when it is asked for, since it changes with every message. */
  sampleQueuedBytes(read: () => number): void {
    this.#sampled('visavis_queued_bytes', 'Audio bytes waiting in all sessions', read);
  }

  /** Everything in the Prometheus text format, of type `contentType`. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.#registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.#registry] });
  }

  #delay(name: string, help: string): Histogram {
    return new Histogram({ name, help, buckets: DELAY_BUCKETS, registers: [this.#registry] });
  }

  /** A value read when it is asked for: no timer, nothing to dispose of. */
  #sampled(name: string, help: string, read: () => number): void {
    new Gauge({ name, help, registers: [this.#registry], collect() { this.set(read()); } });
  }
}
