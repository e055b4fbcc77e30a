import type { ClientAudioInput } from '@visavis/protocol/ingress';
import { Intake } from './intake.js';
import { refusal } from './refusal.js';
import { readStart, readTimes } from './request-start.js';
import { readTrace } from './trace.js';

const MAX_REQ_ID_LENGTH = 128;

export interface RequestQueueEvents {
  /** Answers one request; called for one at a time, in the order they came. */
  serve(request: Intake): Promise<void>;
  /** A request was cut off by an interrupt before its answer was complete. */
  interrupted(request: Intake): void;
  failed(request: Intake, error: unknown): void;
  /** Something was used up or finished: `length` or `bytes` went down. */
  progressed(): void;
}

/**
 * The requests of one session. Chunks of one req_id make a request until its `end`; a chunk under another req_id ends the
 * one before. Unbounded in itself: the session stops reading at its limits.
 */
export class RequestQueue {
  readonly #events: RequestQueueEvents;
  #requests: Intake[] = [];
  /** The request that takes chunks: the last one, until its end. */
  #open: Intake | undefined;
  /** A req_id cut off while its audio was still coming: the rest of it is dropped. */
  #staleId: string | undefined;
  #serving = false;
  #bytes = 0;

  constructor(events: RequestQueueEvents) {
    this.#events = events;
  }

  get length(): number {
    return this.#requests.length;
  }

  /** Memory that waiting audio takes, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Throws `invalidRequest` where the req_id or the options are not usable. Nothing is queued then of a request that would
   * begin; of one that goes on only what was told is left out, for its audio is good without.
   */
  accept(input: ClientAudioInput, nowMs: number): void {
    const { reqId, audio, end } = input;
    if (reqId === this.#staleId) {
      if (end) this.#staleId = undefined;
      return;
    }
    const goesOn = this.#open?.reqId === reqId;
    const request = goesOn ? this.#open! : this.#begin(input, nowMs);
    try {
      if (goesOn && input.requestOptions) request.tell(readTimes(input.requestOptions, request.told));
    } finally {
      request.append(audio, end, nowMs);
      if (end) this.#open = undefined;
      void this.#serve();
    }
  }

  /** Cuts off the named request and those before it. One that is finished or unknown changes nothing. */
  interrupt(reqId: string): void {
    const last = this.#requests.findLastIndex((request) => request.reqId === reqId);
    for (const request of this.#requests.splice(0, last + 1)) {
      this.#cut(request);
      this.#events.interrupted(request);
    }
    if (last >= 0) this.#events.progressed();
  }

  /** Drops everything, without a word. */
  close(): void {
    for (const request of this.#requests.splice(0)) this.#cut(request);
  }

  #begin({ reqId, requestOptions, traceContext }: ClientAudioInput, nowMs: number): Intake {
    if (reqId === '' || reqId.length > MAX_REQ_ID_LENGTH) {
      throw refusal('invalidRequest', `a req_id has 1 to ${MAX_REQ_ID_LENGTH} characters`, 'give each request an id of its own within that length');
    }
    const start = readStart(requestOptions);
    this.#open?.append(new Uint8Array(0), true, nowMs);
    this.#staleId = undefined;
    const request = new Intake(reqId, start, readTrace(traceContext), (bytes) => void (this.#bytes += bytes));
    this.#open = request;
    this.#requests.push(request);
    return request;
  }

  #cut(request: Intake): void {
    request.cancel();
    if (this.#open !== request) return;
    this.#open = undefined;
    this.#staleId = request.reqId;
  }

  async #serve(): Promise<void> {
    if (this.#serving) return;
    this.#serving = true;
    for (let request = this.#requests[0]; request; request = this.#requests[0]) {
      await this.#serveOne(request);
      if (this.#requests[0] === request) this.#requests.shift();
      request.free();
      this.#events.progressed();
    }
    this.#serving = false;
  }

  async #serveOne(request: Intake): Promise<void> {
    try {
      await this.#events.serve(request);
    } catch (error) {
      if (request.cancelled) return;
      this.#cut(request);
      this.#events.failed(request, error);
    }
  }
}
