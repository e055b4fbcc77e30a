import { VisavisError } from '@visavis/protocol/errors';
import type { CreateOpusDecoder, DecoderSink, OpusDecoder } from './decoder.js';

export const OPUS_RATE = 48_000;

/** The browser's decoder where it has one, else the one in WebAssembly, loaded when first needed. */
export const createOpusDecoder: CreateOpusDecoder = async (sink) => {
  if (await hasWebCodecs()) return new WebCodecsDecoder(sink);
  return createWasmDecoder(sink);
};

const CONFIG: AudioDecoderConfig = { codec: 'opus', sampleRate: OPUS_RATE, numberOfChannels: 1 };

/** Asked once a page: the answer takes milliseconds that the first sound would wait for. */
let webCodecs: Promise<boolean> | undefined;

function hasWebCodecs(): Promise<boolean> {
  webCodecs ??= typeof AudioDecoder === 'undefined'
    ? Promise.resolve(false)
    : AudioDecoder.isConfigSupported(CONFIG).then(({ supported }) => supported === true, () => false);
  return webCodecs;
}

/** `AudioDecoder` gives up for good at a damaged packet; from there on the stream is decoded in WebAssembly. */
class WebCodecsDecoder implements OpusDecoder {
  readonly #sink: DecoderSink;
  #native: AudioDecoder | undefined;
  /** Packets whose samples have not come, kept for the fallback. Bounded by whoever bounds what is in flight. */
  #pending: { readonly packet: Uint8Array; readonly samples: number }[] = [];
  #fallback: Promise<OpusDecoder> | undefined;
  #closed = false;
  #timeUs = 0;

  constructor(sink: DecoderSink) {
    this.#sink = sink;
    this.#native = new AudioDecoder({ output: (data) => this.#take(data), error: () => this.#fallBack() });
    this.#native.configure(CONFIG);
  }

  decode(packet: Uint8Array, samples: number): void {
    if (this.#fallback) return void this.#fallback.then((decoder) => decoder.decode(packet, samples));
    this.#pending.push({ packet, samples });
    try {
      this.#native?.decode(new EncodedAudioChunk({ type: 'key', timestamp: this.#timeUs, data: packet }));
    } catch {
      this.#fallBack();
    }
    this.#timeUs += (samples * 1e6) / OPUS_RATE;
  }

  async flush(): Promise<void> {
    try {
      if (!this.#fallback) await this.#native?.flush();
    } catch {
      this.#fallBack();
    }
    await this.#fallback?.then((decoder) => decoder.flush());
  }

  close(): void {
    this.#closed = true;
    this.#pending = [];
    if (this.#native && this.#native.state !== 'closed') this.#native.close();
    void this.#fallback?.then((decoder) => decoder.close());
  }

  #take(data: AudioData): void {
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    data.close();
    if (this.#closed || this.#fallback) return;
    this.#pending.shift();
    this.#sink.onSamples(samples);
  }

  #fallBack(): void {
    if (this.#closed || this.#fallback) return;
    if (this.#native && this.#native.state !== 'closed') this.#native.close();
    this.#native = undefined;
    const pending = this.#pending;
    this.#pending = [];
    this.#fallback = createWasmDecoder(this.#sink).then((decoder) => {
      if (this.#closed) decoder.close();
      else for (const { packet, samples } of pending) decoder.decode(packet, samples);
      return decoder;
    });
    // Unhandled by nobody: without a decoder there is silence, and it is said.
    this.#fallback.catch((cause: unknown) => this.#sink.onError(VisavisError.from(cause, 'playbackInitFailed')));
  }
}

/** libopus in WebAssembly; Node and browsers alike. */
export const createWasmDecoder: CreateOpusDecoder = async (sink) => {
  const { openWasmDecoder } = await import('./wasm-decoder.js');
  return openWasmDecoder(sink);
};
