import { MicCodec, type Mic } from '@visavis/protocol/downlink';
import { VisavisError } from '@visavis/protocol/errors';
import type { CreatePacketDecoder, PacketDecoder } from '@visavis/protocol/opus';

/** What a client's user said: the next piece of one continuous stream. */
export interface MicrophonePcm {
  /** s16le mono at 16 kHz. */
  readonly pcm: Uint8Array;
  /** Silence in place of pieces that the client's connection had no room for. */
  readonly isFilled: boolean;
}

/** Pieces that wait while the decoder loads: two seconds of 20 ms each; the oldest goes. */
const MAX_WAITING = 100;
/** Longest silence put in place of what was lost: what comes after a longer pause begins anew. */
const MAX_FILLED_MS = 1_000;
/** What a microphone's Opus is decoded to, Hz. */
export const MICROPHONE_RATE = 16_000;
const BYTES_PER_MS = (MICROPHONE_RATE / 1000) * 2;

export interface ReaderEvents {
  onPcm(pcm: MicrophonePcm): void;
  /** `invalidAudioInput`, once: a packet is damaged, or no decoder loads. */
  onError(error: VisavisError): void;
}

/** Reads one client's microphone: decodes Opus, passes PCM on, and fills short gaps, so that time in it is time. */
export class MicrophoneReader {
  readonly #events: ReaderEvents;
  readonly #create: CreatePacketDecoder;
  #decoder: PacketDecoder | undefined;
  #isLoading = false;
  #waiting: Mic[] = [];
  #lastSequence: number | undefined;
  #lastBytes = 0;
  #hasTold = false;
  #closed = false;

  constructor(create: CreatePacketDecoder, events: ReaderEvents) {
    this.#create = create;
    this.#events = events;
  }

  /** Takes the next piece; one that came before is dropped. */
  take(mic: Mic): void {
    if (this.#closed) return;
    if (mic.codec === MicCodec.OPUS && !this.#decoder) void this.#load();
    this.#waiting.push(mic);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    if (!this.#isLoading) this.#drain();
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#decoder?.close();
    this.#decoder = undefined;
  }

  async #load(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    try {
      const decoder = await this.#create();
      if (this.#closed) decoder.close();
      else this.#decoder = decoder;
    } catch (cause) {
      this.#tell('no Opus decoder loads; have the client send PCM (opusUplinkEnabled: false)', cause);
    }
    this.#isLoading = false;
    this.#drain();
  }

  #drain(): void {
    for (const mic of this.#waiting.splice(0)) this.#read(mic);
  }

  #read(mic: Mic): void {
    const missing = this.#missingBefore(mic.sequence);
    if (missing < 0) return;
    this.#fill(missing * this.#lastBytes);
    const pcm = mic.codec === MicCodec.OPUS ? this.#decode(mic.data) : mic.data.subarray(0, mic.data.length & ~1);
    if (pcm.length === 0) return;
    this.#lastBytes = pcm.length;
    this.#events.onPcm({ pcm, isFilled: false });
  }

  /** Pieces missing before the one numbered `sequence` (uint32 that wraps); negative where it came before. */
  #missingBefore(sequence: number): number {
    const missing = this.#lastSequence === undefined ? 0 : (sequence - this.#lastSequence - 1) | 0;
    if (missing >= 0) this.#lastSequence = sequence;
    return missing;
  }

  #fill(bytes: number): void {
    if (bytes > 0 && bytes <= MAX_FILLED_MS * BYTES_PER_MS) this.#events.onPcm({ pcm: new Uint8Array(bytes), isFilled: true });
  }

  #decode(packet: Uint8Array): Uint8Array {
    const samples = this.#decoder?.decode(packet) ?? new Float32Array(0);
    if (samples.length === 0 && this.#decoder) this.#tell('a packet of the microphone is damaged; it is left out');
    const pcm = new Int16Array(samples.length);
    for (let i = 0; i < samples.length; i++) pcm[i] = Math.round(32_767 * Math.max(-1, Math.min(1, samples[i]!)));
    return new Uint8Array(pcm.buffer);
  }

  #tell(message: string, cause?: unknown): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    this.#events.onError(new VisavisError('invalidAudioInput', message, { cause }));
  }
}
