import { NOTHING_TOLD, type TimesOnly, type ToldCount } from './speech-options.js';
import { Utterance, type Opening, type UtteranceOptions } from './utterance.js';

/** Unfinished requests one session keeps in mind; beyond it the oldest is forgotten and its replies pass unjudged. */
const MAX_UNFINISHED = 64;
/** Audio kept for resuming, all requests together, bytes: eleven minutes at 24 kHz that the server has not answered. */
export const MAX_KEPT_BYTES = 32 * 1024 * 1024;

type Facts = Pick<UtteranceOptions, 'sampleRate' | 'expectsAudio'>;

/** Which request audio belongs to, which requests still await their `end`, and what it takes to resume those. */
export class RequestBook {
  readonly #createId: () => string;
  /** Requests without an `end` from the server, oldest first. */
  readonly #unfinished = new Map<string, Utterance>();
  #open: Utterance | undefined;
  #last = '';

  constructor(createId: () => string) {
    this.#createId = createId;
  }

  /** No request has begun that the next audio would belong to. */
  get nextIsFirst(): boolean {
    return this.#open === undefined;
  }

  /** What the request that the next audio belongs to has been told. */
  get told(): ToldCount {
    return this.#open?.told ?? NOTHING_TOLD;
  }

  /** Memory held for resuming, bytes. */
  get keptBytes(): number {
    let bytes = 0;
    for (const utterance of this.#unfinished.values()) bytes += utterance.keptBytes;
    return bytes;
  }

  /** Adds audio to the open request, with what is told beside it, or to a new one with `opening`. */
  add(audio: Uint8Array, end: boolean, facts: Facts, { opening = {}, times }: { readonly opening?: Opening; readonly times?: TimesOnly | undefined }): Utterance {
    const utterance = this.#open ?? this.#begin(facts, opening);
    if (times) utterance.tell(times);
    utterance.append(audio, end);
    if (this.keptBytes > MAX_KEPT_BYTES) utterance.forget();
    this.#open = end ? undefined : utterance;
    return utterance;
  }

  /** Cuts every request that is still under way. Gives the ids to name to the server: the last request is always among them, last. */
  interrupt(): string[] {
    this.#open = undefined;
    const cut = [...this.#unfinished.values()].filter(({ state }) => state !== 'interrupted');
    for (const utterance of cut) utterance.giveUp('interrupted');
    const older = cut.map(({ reqId }) => reqId).filter((reqId) => reqId !== this.#last);
    return this.#last === '' ? older : [...older, this.#last];
  }

  find(reqId: string): Utterance | undefined {
    return this.#unfinished.get(reqId);
  }

  finish(reqId: string): void {
    this.#unfinished.delete(reqId);
  }

  /** The server has given a request up; what it says of it afterwards still passes. */
  fail(reqId: string): void {
    const utterance = this.#unfinished.get(reqId);
    if (utterance?.state === 'awaited') utterance.giveUp('failed');
  }

  /** The connection is gone: drops what no other one need know of. Gives the ids of requests that were interrupted. */
  lose(): string[] {
    const lost = [...this.#unfinished.values()].filter(({ state }) => state !== 'awaited');
    const interrupted = lost.filter(({ state }) => state === 'interrupted').map(({ reqId }) => reqId);
    for (const utterance of lost) {
      utterance.giveUp('dropped');
      this.#unfinished.delete(utterance.reqId);
    }
    return interrupted;
  }

  /** Requests whose replies are still awaited, oldest first. */
  get awaited(): Utterance[] {
    return [...this.#unfinished.values()].filter(({ state }) => state === 'awaited');
  }

  #begin(facts: Facts, opening: Opening): Utterance {
    this.#last = this.#createId();
    const utterance = new Utterance({ ...facts, reqId: this.#last, opening });
    this.#unfinished.set(this.#last, utterance);
    const [oldest] = this.#unfinished.keys();
    if (this.#unfinished.size > MAX_UNFINISHED && oldest !== undefined) this.#unfinished.delete(oldest);
    return utterance;
  }
}
