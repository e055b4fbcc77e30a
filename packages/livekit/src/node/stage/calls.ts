import { VisavisError } from '@visavis/protocol/errors';
import type { FromPublisher, ToPublisher } from '../publisher/messages.js';

type Call = Extract<ToPublisher, { kind: 'call' }>;

/** Calls that wait for an answer; beyond, the oldest is given up. */
const MAX_OPEN = 64;

/** Calls of other participants' methods: each is made once, and once more where its publisher is lost before the answer. */
export class Calls {
  readonly #send: (call: Call) => void;
  readonly #onProblem: (error: VisavisError) => void;
  readonly #open = new Map<number, Call>();
  #next = 1;

  constructor(send: (call: Call) => void, onProblem: (error: VisavisError) => void) {
    this.#send = send;
    this.#onProblem = onProblem;
  }

  make(to: string, method: string, payload: string): void {
    const call: Call = { kind: 'call', id: this.#next, to, method, payload };
    this.#next += 1;
    this.#open.set(call.id, call);
    if (this.#open.size > MAX_OPEN) this.#open.delete(this.#open.keys().next().value!);
    this.#send(call);
  }

  answered({ id, problem }: Extract<FromPublisher, { kind: 'called' }>): void {
    const call = this.#open.get(id);
    this.#open.delete(id);
    if (call && problem !== undefined) this.#onProblem(new VisavisError('connectionFailed', `${call.to} did not answer ${call.method}: ${problem}`, { fatal: false }));
  }

  /** Another publisher is there: what the last one took along is said again, in order. */
  again(): void {
    for (const call of this.#open.values()) this.#send(call);
  }
}
