import { PcmQueue } from './pcm.js';
import type { AudioSource, SourceSink } from './source.js';

/** An utterance that comes as PCM, converted to the output's rate a little ahead of being heard. */
export class PcmSource implements AudioSource {
  readonly #queue: PcmQueue;
  readonly #sink: SourceSink;
  readonly #bytesPerMs: number;
  #received = 0;
  #ended = false;
  #done = false;

  /** Throws MotionInputError `unsupportedSampleRate` for a rate that cannot be converted. */
  constructor(sampleRate: number, sink: SourceSink) {
    this.#queue = new PcmQueue(sampleRate, sink.sampleRate);
    this.#bytesPerMs = (sampleRate * 2) / 1000;
    this.#sink = sink;
  }

  get receivedMs(): number {
    return this.#received / this.#bytesPerMs;
  }

  get byteLength(): number {
    return this.#queue.byteLength;
  }

  push(bytes: Uint8Array): void {
    this.#received += bytes.length;
    this.#queue.push(bytes);
  }

  end(): void {
    this.#ended = true;
  }

  pump(): void {
    while (!this.#queue.isEmpty && this.#sink.aheadMs < this.#sink.targetAheadMs) this.#sink.write(this.#queue.take());
    if (!this.#ended || this.#done || !this.#queue.isEmpty) return;
    this.#done = true;
    this.#sink.write(this.#queue.flush());
    this.#sink.end();
  }

  close(): void {
    this.#done = true;
  }
}
