import { OggReader, type OggPacket } from './ogg.js';
import type { OpusDecoder } from './opus.js';
import { refusal } from './refusal.js';

/**
 * One request's Ogg Opus stream to samples (RFC 7845): pre-skip left out, the end trimmed where the last page says so.
 * Takes what encoders of this field do: empty packets, an end beyond the audio, headers and audio on one page, anything
 * after the end, no bytes at all. Mono or stereo, mixed down by the decoder.
 */
export class OggOpusDecoder {
  readonly #reader = new OggReader();
  readonly #decoder: OpusDecoder;
  readonly #sampleRate: number;
  #headers = 0;
  #preSkip = 0;
  /** Samples to leave out before the next one given, and samples given. */
  #skip = 0;
  #given = 0;

  constructor(decoder: OpusDecoder, sampleRate: number) {
    this.#decoder = decoder;
    this.#sampleRate = sampleRate;
  }

  /** The samples that `bytes` complete. Throws `invalidRequest` where they are no Ogg Opus. */
  push(bytes: Uint8Array): Float32Array {
    return concat(this.#reader.push(bytes).map((packet) => this.#take(packet)));
  }

  /** Frees the decoder it was given. */
  close(): void {
    this.#decoder.dispose();
  }

  #take(packet: OggPacket): Float32Array {
    if (packet.first) this.#headers = 0;
    if (this.#headers < 2) {
      this.#readHeader(packet.data, this.#headers++);
      return NOTHING;
    }
    if (packet.data.length === 0) return NOTHING;
    return this.#trim(this.#decode(packet.data), packet.endGranule);
  }

  /** The identification header, then the comment header, whose contents do not matter. */
  #readHeader(data: Uint8Array, index: number): void {
    const magic = index === 0 ? 'OpusHead' : 'OpusTags';
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (bytes.toString('latin1', 0, 8) !== magic) throw notOpus(`${magic} is missing`);
    if (index === 1) return;
    if (bytes.length < 19) throw notOpus('OpusHead is cut short');
    if (bytes[8]! > 15) throw notOpus(`unknown version ${bytes[8]}`);
    if (bytes[18] !== 0) throw notOpus('only mono and stereo are taken');
    this.#preSkip = bytes.readUInt16LE(10);
    this.#skip = this.#atRate(this.#preSkip);
    this.#given = 0;
  }

  #decode(packet: Uint8Array): Float32Array {
    try {
      return this.#decoder.decode(packet);
    } catch (cause) {
      throw notOpus('a packet cannot be decoded', cause);
    }
  }

  #trim(samples: Float32Array, endGranule: bigint | undefined): Float32Array {
    const from = Math.min(this.#skip, samples.length);
    this.#skip -= from;
    const heard = samples.subarray(from);
    // A negative granule says that no packet ends on this page.
    const left = endGranule === undefined || endGranule < 0n ? Infinity : this.#atRate(Number(endGranule) - this.#preSkip) - this.#given;
    const kept = heard.subarray(0, Math.max(0, Math.min(heard.length, left)));
    this.#given += kept.length;
    return kept;
  }

  /** A count at 48 kHz as one at the decoder's rate. */
  #atRate(samples48k: number): number {
    return Math.round((samples48k * this.#sampleRate) / 48_000);
  }
}

const NOTHING = new Float32Array(0);

function concat(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function notOpus(reason: string, cause?: unknown): Error {
  return refusal('invalidRequest', `this is not an Ogg Opus stream: ${reason}`, 'send one Ogg Opus stream a request, mono, from its first byte', { cause });
}
