import { VisavisError } from '@visavis/protocol/errors';

export const OPUS_RATE = 48_000;

/** Turns packets of one stream into mono samples at 48 kHz, in order. A damaged packet gives silence of its length. */
export interface OpusDecoder {
  /** Its samples come to the decoder's sink, at once or later; `samples` (at 48 kHz) is how long it is. */
  decode(packet: Uint8Array, samples: number): void;
  /** Resolves when the samples of all packets have come. */
  flush(): Promise<void>;
  close(): void;
}

export interface DecoderSink {
  onSamples(samples: Float32Array): void;
  /** `invalidAudioInput`; the stream goes on with silence in place of what was damaged. */
  onError(error: VisavisError): void;
}

export type CreateOpusDecoder = (sink: DecoderSink) => Promise<OpusDecoder>;

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
export async function createWasmDecoder(sink: DecoderSink): Promise<OpusDecoder> {
  const { OpusDecoder: Wasm } = await import('opus-decoder');
  const wasm = new Wasm({ channels: 1, streamCount: 1, coupledStreamCount: 0, channelMappingTable: [0] });
  await wasm.ready;
  let closed = false;
  return {
    decode: (packet, samples) => {
      if (!closed) decodeWith(wasm, packet, samples, sink);
    },
    flush: () => Promise.resolve(),
    close: () => {
      if (!closed) wasm.free();
      closed = true;
    },
  };
}

interface WasmDecoder {
  decodeFrame(packet: Uint8Array): { readonly channelData: Float32Array[]; readonly samplesDecoded: number };
}

function decodeWith(wasm: WasmDecoder, packet: Uint8Array, samples: number, sink: DecoderSink): void {
  const { channelData, samplesDecoded } = wasm.decodeFrame(packet);
  if (samplesDecoded > 0) return sink.onSamples(channelData[0]!.slice(0, samplesDecoded));
  sink.onError(new VisavisError('invalidAudioInput', 'an Opus packet is damaged; it is replaced by silence'));
  sink.onSamples(new Float32Array(samples));
}
