import type { VisavisError } from '@visavis/protocol/errors';
import type { SessionForm } from './handshake.js';
import type { Intake } from './intake.js';
import type { Logger } from './log.js';
import type { Metrics, Outcome } from './metrics.js';
import type { Trace } from './trace.js';

/** What tells a session apart in the log; `connectionId` is what its client sees in every message. */
export interface SessionIds extends Partial<Trace> {
  readonly connectionId: string;
  readonly appId: string;
}

/** What a session tells the log and the metrics. A request's lines carry its req_id, and its trace or else the session's. */
export class SessionReport {
  readonly #log: Logger;
  readonly #metrics: Metrics;
  readonly #ids: SessionIds;
  #isOpen = false;

  constructor(log: Logger, metrics: Metrics, ids: SessionIds) {
    this.#log = log;
    this.#metrics = metrics;
    this.#ids = ids;
  }

  opened({ sampleRate, fps }: SessionForm): void {
    this.#isOpen = true;
    this.#metrics.sessions.inc();
    this.#log.info({ ...this.#ids, sampleRate, fps }, 'session opened');
  }

  received(bytes: number): void {
    this.#metrics.bytesIn.inc(bytes);
  }

  sent(bytes: number): void {
    this.#metrics.bytesOut.inc(bytes);
  }

  requestBegan(request: Intake): void {
    this.#metrics.streams.inc();
    this.#log.debug(this.#idsOf(request), 'request began');
  }

  /** Every request that began ends once. */
  requestEnded(request: Intake, outcome: Outcome): void {
    this.#metrics.streams.dec();
    this.#metrics.requests.inc({ outcome });
    this.#log.debug({ ...this.#idsOf(request), outcome }, 'request ended');
  }

  /** `error` is what the client is told, `cause` what happened. */
  requestFailed(request: Intake, error: VisavisError, cause: unknown): void {
    this.#metrics.errors.inc({ code: error.code });
    this.#log[error.code === 'serverError' ? 'error' : 'warn']({ ...this.#idsOf(request), code: error.code, err: cause }, 'request failed');
  }

  messageRefused(error: VisavisError): void {
    this.#metrics.errors.inc({ code: error.code });
    this.#log.warn({ ...this.#ids, code: error.code, detail: error.message }, 'message refused');
  }

  ended(error: VisavisError): void {
    this.#metrics.errors.inc({ code: error.code });
    this.#log.warn({ ...this.#ids, code: error.code, detail: error.message }, 'session ended by the server');
  }

  /** Its room was lost, and is being joined again. */
  egressProblem(error: VisavisError): void {
    this.#log.warn({ ...this.#ids, code: error.code, detail: error.message }, 'egress problem');
  }

  connectionError(err: Error): void {
    this.#log.warn({ ...this.#ids, err }, 'connection error');
  }

  closed(closeCode: number): void {
    if (this.#isOpen) this.#metrics.sessions.dec();
    this.#isOpen = false;
    this.#log.info({ ...this.#ids, closeCode }, 'session closed');
  }

  #idsOf({ reqId, trace }: Intake) {
    const { connectionId, appId } = this.#ids;
    return trace ? { connectionId, appId, reqId, ...trace } : { ...this.#ids, reqId };
  }
}
