import { encodeEnvelope, type ServerResponseAnimation } from '@visavis/protocol/ingress';

/** Messages of motion that wait for their sound: 15 minutes of them; beyond, the oldest goes. */
const MAX_WAITING = 5_000;

interface Chunk {
  readonly startMs: number;
  readonly endMs: number;
  /** The message without what the room's packets say already: ids, and audio. */
  readonly bytes: Uint8Array;
}

/** One utterance's motion: waits until its sound is made ready, and can go back with it. */
export class MotionQueue {
  readonly #chunks: Chunk[] = [];
  #next = 0;
  #ended = false;
  #endTold = false;

  /** Until when there is motion, milliseconds of the utterance. */
  get coveredMs(): number {
    return this.#chunks.at(-1)?.endMs ?? 0;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  push({ motion, end }: ServerResponseAnimation): void {
    this.#ended ||= end;
    if (!motion || motion.frameCount === 0 || motion.fps === 0) return;
    const startMs = (motion.firstFrame * 1000) / motion.fps;
    const endMs = startMs + (motion.frameCount * 1000) / motion.fps;
    this.#chunks.push({ startMs, endMs, bytes: encodeEnvelope('serverResponseAnimation', { motion }) });
    if (this.#chunks.length <= MAX_WAITING) return;
    this.#chunks.shift();
    this.#next = Math.max(0, this.#next - 1);
  }

  /** What is due for sound made ready until `untilMs` and was not taken; undefined where there is no news. */
  take(untilMs: number): { readonly messages: readonly Uint8Array[]; readonly end: boolean } | undefined {
    const from = this.#next;
    while (this.#next < this.#chunks.length && this.#chunks[this.#next]!.startMs <= untilMs) this.#next += 1;
    const end = this.#ended && this.#next === this.#chunks.length;
    const endIsNews = end && !this.#endTold;
    if (from === this.#next && !endIsNews) return undefined;
    this.#endTold = end;
    return { messages: this.#chunks.slice(from, this.#next).map(({ bytes }) => bytes), end };
  }

  /** The sound goes on from `timeMs` again. */
  rewind(timeMs: number): void {
    this.#next = this.#chunks.findIndex(({ endMs }) => endMs > timeMs);
    if (this.#next < 0) this.#next = this.#chunks.length;
    this.#endTold = false;
  }
}
