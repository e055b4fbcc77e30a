import type { VisavisError } from '@visavis/protocol/errors';
import type { AudioOutput, AudioState, OutputStream } from '../audio/index.js';

/** A stream that plays when it is told to. */
export class ManualStream implements OutputStream {
  readonly sampleRate: number;
  onProgress: (() => void) | undefined;
  refillMs = 0;
  latencyMs = 0;
  isStarved = false;
  /** Everything written, in order. */
  readonly samples: number[] = [];
  isRunning = false;
  isCut = false;
  #positionMs = 0;
  #written = 0;
  #ended = false;
  #moving = false;

  constructor(sampleRate: number) {
    this.sampleRate = sampleRate;
  }

  get writtenMs(): number {
    return (this.#written * 1000) / this.sampleRate;
  }

  get aheadMs(): number {
    return this.writtenMs - this.#positionMs;
  }

  get isHeard(): boolean {
    return this.#moving;
  }

  get isFinished(): boolean {
    return this.#ended && this.#positionMs >= this.writtenMs;
  }

  get measuredMs(): number {
    return this.#positionMs;
  }

  now(): number {
    return this.#positionMs;
  }

  write(samples: Float32Array): void {
    this.#written += samples.length;
    this.keep(samples);
  }

  end(): void {
    this.#ended = true;
  }

  run(on: boolean): void {
    this.isRunning = on;
    this.#moving &&= on;
  }

  cut(): void {
    this.isCut = true;
    this.#moving = false;
    this.onProgress = undefined;
  }

  /** Lets `ms` of sound out, as far as there is any and it runs. */
  play(ms: number): void {
    if (this.isCut) return;
    const mayGoOn = !this.isStarved || this.#ended || this.aheadMs >= this.refillMs;
    const endMs = this.isRunning && mayGoOn ? Math.min(this.#positionMs + ms, this.writtenMs) : this.#positionMs;
    this.#moving = this.isRunning && endMs > this.#positionMs;
    this.isStarved = this.isRunning && !this.#ended && this.writtenMs > 0 && (!mayGoOn || endMs >= this.writtenMs);
    this.#positionMs = endMs;
    this.onProgress?.();
  }

  protected keep(samples: Float32Array): void {
    for (const sample of samples) this.samples.push(sample);
  }
}

/** An audio output turned by hand, for tests without a sound device. */
export class ManualOutput<Stream extends ManualStream = ManualStream> implements AudioOutput {
  onState: ((state: AudioState) => void) | undefined;
  onError: ((error: VisavisError) => void) | undefined;
  volume = 1;
  muted = false;
  state: AudioState = 'running';
  readonly streams: Stream[] = [];
  readonly #sampleRate: number;
  readonly #create: (sampleRate: number) => Stream;

  constructor(sampleRate = 48_000, create = (rate: number) => new ManualStream(rate) as Stream) {
    this.#sampleRate = sampleRate;
    this.#create = create;
  }

  /** The stream opened last. */
  get stream(): Stream {
    const stream = this.streams.at(-1);
    if (!stream) throw new RangeError('no stream was opened yet');
    return stream;
  }

  unlock(): Promise<AudioState> {
    return Promise.resolve(this.state);
  }

  open(): OutputStream | undefined {
    if (this.state === 'failed' || this.state === 'closed') return undefined;
    const stream = this.#create(this.#sampleRate);
    this.streams.push(stream);
    return stream;
  }

  dispose(): Promise<void> {
    this.state = 'closed';
    return Promise.resolve();
  }
}
