import type { FinishedReport } from './relay-client.js';

/** Requests that may be open, and ended ones remembered, at a time; of the open ones the oldest then counts as interrupted. */
const MAX_REQUESTS = 64;

/**
 * Sees to it that every request a client was sent speech of is reported finished exactly once: by the client, or in its
 * stead where it cannot or need not (the stream has ended; a later request was heard, which cuts all before it).
 */
export class SpokenRequests {
  readonly #emit: (report: FinishedReport) => void;
  /** Milliseconds heard, by request, in the order they began. */
  readonly #open = new Map<string, number>();
  readonly #ended = new Set<string>();

  constructor(emit: (report: FinishedReport) => void) {
    this.#emit = emit;
  }

  /** Speech of the request is on its way. */
  began(reqId: string): void {
    if (this.#open.has(reqId) || this.#ended.has(reqId)) return;
    this.#open.set(reqId, 0);
    if (this.#open.size > MAX_REQUESTS) this.#cutOldest();
  }

  /** The client has heard this much of it. */
  played(reqId: string, playedMs: number): void {
    if (!this.#open.has(reqId)) return;
    this.#cutBefore(reqId);
    this.#open.set(reqId, playedMs);
  }

  /** The client, which is back, has heard this much of it; its reports of the requests before may follow. */
  lastSeen(reqId: string, playedMs: number): void {
    if (this.#open.has(reqId)) this.#open.set(reqId, playedMs);
  }

  /** The client's own report. One of a request that is not open says what is known already. */
  finished(report: FinishedReport): void {
    if (!this.#open.has(report.reqId)) return;
    this.#cutBefore(report.reqId);
    this.#end(report);
  }

  /** Nothing more is heard from the client. */
  cutAll(): void {
    while (this.#open.size > 0) this.#cutOldest();
  }

  #cutBefore(reqId: string): void {
    while (this.#open.keys().next().value !== reqId) this.#cutOldest();
  }

  #cutOldest(): void {
    for (const [reqId, playedMs] of this.#open) return this.#end({ reqId, playedMs, interrupted: true });
  }

  #end(report: FinishedReport): void {
    this.#open.delete(report.reqId);
    this.#ended.add(report.reqId);
    if (this.#ended.size > MAX_REQUESTS) this.#ended.delete(this.#ended.values().next().value!);
    this.#emit(report);
  }
}
