import type { CreatePacketDecoder, PacketDecoder } from '@visavis/protocol/opus';

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
