import type { SpeechTimes } from '@visavis/motion';
import type { RequestStart } from './request-start.js';
import { Signal } from './signal.js';
import type { Trace } from './trace.js';

interface Chunk {
  audio: Uint8Array;
  readonly arrivedMs: number;
  next?: Chunk;
}

/** What a chunk costs beside its bytes, so that a flood of tiny ones counts for what it is. */
const CHUNK_OVERHEAD_BYTES = 256;
/** What a word or phoneme with its times takes. */
const TIMED_TEXT_BYTES = 128;

/**
 * The audio of one request on its way in: chunks are appended until the end and taken in pieces. Unbounded in itself; the
 * queue it is part of bounds the bytes of all.
 */
export class Intake {
  readonly reqId: string;
  readonly start: RequestStart;
  /** Of whoever asked, where the request's first message says. */
  readonly trace: Trace | undefined;
  /** Raised when audio, the end or a cancellation comes. */
  readonly changed = new Signal();
  #first: Chunk | undefined;
  #last: Chunk | undefined;
  /** Told since the last were taken, and how many were told of each in all. */
  #times: SpeechTimes[] = [];
  #told = { words: 0, phonemes: 0 };
  /** Memory held: what is known of the request, the audio, and what each chunk costs beside it. */
  #bytes = 0;
  readonly #held: (bytes: number) => void;
  #ended = false;
  #cancelled = false;
  #arrivedMs = 0;

  /** `held` hears by how many bytes the memory held grows, or with a minus shrinks. */
  constructor(reqId: string, start: RequestStart, trace: Trace | undefined, held: (bytes: number) => void) {
    this.#held = held;
    this.reqId = reqId;
    this.start = start;
    this.trace = trace;
    this.#count(start.expression);
  }

  /** All audio has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Nothing may be answered any more. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** When the piece last taken came, the first of it. */
  get arrivedMs(): number {
    return this.#arrivedMs;
  }

  /** How many words and phonemes are known. */
  get told(): { readonly words: number; readonly phonemes: number } {
    return this.#told;
  }

  /** More of what is known, checked. */
  tell(times: SpeechTimes): void {
    this.#times.push(times);
    this.#count(times);
  }

  /** What was told since: it goes ahead of the audio taken next. The engine keeps it, and what waits is free of it. */
  takeTimes(): SpeechTimes[] {
    const taken = this.#times.splice(0);
    for (const times of taken) this.#hold(-bytesOf(times));
    return taken;
  }

  append(audio: Uint8Array, end: boolean, nowMs: number): void {
    if (audio.length > 0) {
      const chunk: Chunk = { audio, arrivedMs: nowMs };
      if (this.#first) this.#last!.next = chunk;
      else this.#first = chunk;
      this.#last = chunk;
      this.#hold(audio.length + CHUNK_OVERHEAD_BYTES);
    }
    this.#ended ||= end;
    this.changed.raise();
  }

  /**
   * Up to `limit` bytes in the order they came, of as many chunks as there are: who falls behind catches up in fewer
   * pieces. A view where one chunk is enough; `undefined` where there are none.
   */
  take(limit: number): Uint8Array | undefined {
    if (!this.#first) return undefined;
    this.#arrivedMs = this.#first.arrivedMs;
    const parts: Uint8Array[] = [];
    for (let left = limit; left > 0 && this.#first; left -= parts.at(-1)!.length) parts.push(this.#takeOne(this.#first, left));
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  }

  #takeOne(first: Chunk, limit: number): Uint8Array {
    const { audio } = first;
    const piece = audio.subarray(0, limit);
    const whole = piece.length === audio.length;
    if (whole) this.#first = first.next;
    else first.audio = audio.subarray(limit);
    this.#hold(-piece.length - (whole ? CHUNK_OVERHEAD_BYTES : 0));
    return piece;
  }

  cancel(): void {
    this.#cancelled = true;
    this.free();
    this.changed.raise();
  }

  /** Gives back the memory held: the request is answered. */
  free(): void {
    this.#first = this.#last = undefined;
    this.#times = [];
    this.#hold(-this.#bytes);
  }

  #count({ words = [], phonemes = [] }: SpeechTimes): void {
    this.#told = { words: this.#told.words + words.length, phonemes: this.#told.phonemes + phonemes.length };
    this.#hold(bytesOf({ words, phonemes }));
  }

  #hold(bytes: number): void {
    this.#bytes += bytes;
    this.#held(bytes);
  }
}

function bytesOf({ words = [], phonemes = [] }: SpeechTimes): number {
  return (words.length + phonemes.length) * TIMED_TEXT_BYTES;
}
