/**
 * Keeps a provider's stream of recognition alive for a conversation: one that ends, or that leaves speech unanswered, is
 * told and then opened anew. Needed because the plugin does not notice a line that was cut.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type APIConnectOptions, stt, type VAD, VADEventType } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { VisavisError } from '@visavis/protocol/errors';

/** Half a second of speech, and the sound that the VAD gives in front of it and behind; less may be no speech at all. */
const LEAST_HEARD_MS = 1_200;
/** Between two tries; each that fails doubles it. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

export interface LastingOptions {
  /** The plugin's object, a new one for each. */
  readonly make: () => stt.STT;
  readonly vad: VAD;
  /** Without an answer to speech, in milliseconds. */
  readonly timeoutMs: number;
}

export class LastingStt extends stt.STT {
  label = 'visavis.LastingStt';
  readonly #options: LastingOptions;
  readonly #inner: stt.STT;

  constructor(options: LastingOptions) {
    const inner = options.make();
    super(inner.capabilities);
    this.#options = options;
    this.#inner = inner;
  }

  override get model(): string {
    return this.#inner.model;
  }

  override get provider(): string {
    return this.#inner.provider;
  }

  protected _recognize(...call: Parameters<stt.STT['recognize']>): Promise<stt.SpeechEvent> {
    return this.#inner.recognize(...call);
  }

  stream({ connOptions }: { connOptions?: APIConnectOptions } = {}): stt.SpeechStream {
    const tell = (error: Error): boolean => this.emit('error', { type: 'stt_error', timestamp: Date.now(), label: this.label, error, recoverable: true });
    return new LastingStream(this, this.#options, tell, connOptions);
  }

  override async close(): Promise<void> {
    await this.#inner.close();
  }
}

class LastingStream extends stt.SpeechStream {
  label = 'visavis.LastingStream';
  readonly #options: LastingOptions;
  readonly #tell: (error: Error) => void;
  readonly #connOptions: APIConnectOptions | undefined;
  #inner: stt.SpeechStream | undefined;
  #answered = true;
  #timer: NodeJS.Timeout | undefined;

  constructor(owner: LastingStt, options: LastingOptions, tell: (error: Error) => void, connOptions?: APIConnectOptions) {
    super(owner, 16_000, connOptions);
    this.#options = options;
    this.#tell = tell;
    this.#connOptions = connOptions;
  }

  override close(): void {
    super.close();
    clearTimeout(this.#timer);
    this.#inner?.close();
  }

  protected async run(): Promise<void> {
    const ear = this.#options.vad.stream();
    void this.#forward((frame) => ear.pushFrame(frame)).catch(() => undefined);
    void this.#watch(ear);
    try {
      for (let failures = 0; !this.closed;) {
        failures = (await this.#follow()) ? 0 : failures + 1;
        const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
        if (!this.closed) await sleep(waitMs, undefined, { signal: this.abortSignal, ref: false }).catch(() => undefined);
      }
    } finally {
      ear.close();
    }
  }

  async #forward(listen: (frame: AudioFrame) => void): Promise<void> {
    for await (const frame of this.input) {
      if (this.closed) return;
      if (typeof frame === 'symbol') continue;
      listen(frame);
      // Between two streams nobody hears; the user is told, and says it again.
      try { this.#inner?.pushFrame(frame); } catch { /* it has just ended */ }
    }
  }

  /** One stream of the plugin, until it ends; whether it gave any text. */
  async #follow(): Promise<boolean> {
    const provider = this.#options.make();
    provider.on('error', ({ error }) => { if (!this.closed) this.#tell(error); });
    const inner = provider.stream(this.#connOptions ? { connOptions: this.#connOptions } : {});
    this.#inner = inner;
    let useful = false;
    for await (const event of inner) {
      if (event.alternatives?.[0].text) {
        useful = this.#answered = true;
        clearTimeout(this.#timer);
      }
      if (!this.queue.closed) this.queue.put(event);
    }
    this.#inner = undefined;
    await provider.close();
    return useful;
  }

  async #watch(ear: ReturnType<VAD['stream']>): Promise<void> {
    for await (const { type, frames } of ear) {
      if (type === VADEventType.START_OF_SPEECH) this.#answered = false;
      const heardMs = frames.reduce((sum, { samplesPerChannel, sampleRate }) => sum + (samplesPerChannel * 1000) / sampleRate, 0);
      if (type !== VADEventType.END_OF_SPEECH || this.#answered || heardMs < LEAST_HEARD_MS) continue;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#giveUp(), this.#options.timeoutMs);
    }
  }

  #giveUp(): void {
    if (this.closed || !this.#inner) return;
    this.#tell(new VisavisError('providerTimeout', `speech recognition did not answer within ${this.#options.timeoutMs / 1000} s: please say it again`));
    this.#inner.close();
  }
}
