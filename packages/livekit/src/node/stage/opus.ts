import { OpusDecoder } from 'opus-decoder';
import { TRACK_RATE } from '../publisher/messages.js';

/** Turns Opus packets of one stream into mono samples at 48 kHz. */
export interface PacketDecoder {
  /** Samples in [-1, 1]; empty where the packet is damaged. Only valid until the next call. */
  decode(packet: Uint8Array): Float32Array;
  close(): void;
}

export type CreatePacketDecoder = () => Promise<PacketDecoder>;

/** libopus in WebAssembly: the native library of the room encodes only. */
export const createPacketDecoder: CreatePacketDecoder = async () => {
  const wasm = new OpusDecoder({ sampleRate: TRACK_RATE, channels: 1, streamCount: 1, coupledStreamCount: 0, channelMappingTable: [0] });
  await wasm.ready;
  return {
    decode(packet) {
      const { channelData, samplesDecoded } = wasm.decodeFrame(packet);
      return channelData[0]?.subarray(0, samplesDecoded) ?? new Float32Array(0);
    },
    close: () => wasm.free(),
  };
};

/** Decoders one ahead of their use: each stream has its own, and none waits for one to load. */
export class DecoderStore {
  readonly #create: CreatePacketDecoder;
  #spare: PacketDecoder | undefined;
  #loading = false;
  #closed = false;

  private constructor(create: CreatePacketDecoder) {
    this.#create = create;
  }

  /** Resolves when the first decoder is ready. */
  static async open(create: CreatePacketDecoder): Promise<DecoderStore> {
    const store = new DecoderStore(create);
    await store.#refill();
    return store;
  }

  /** A decoder for one stream, which whoever takes it closes; undefined where the next is not ready yet. */
  take(): PacketDecoder | undefined {
    const decoder = this.#spare;
    this.#spare = undefined;
    void this.#refill().catch(() => undefined);
    return decoder;
  }

  close(): void {
    this.#closed = true;
    this.#spare?.close();
    this.#spare = undefined;
  }

  async #refill(): Promise<void> {
    if (this.#spare || this.#loading || this.#closed) return;
    this.#loading = true;
    try {
      const decoder = await this.#create();
      if (this.#closed) decoder.close();
      else this.#spare = decoder;
    } finally {
      this.#loading = false;
    }
  }
}
