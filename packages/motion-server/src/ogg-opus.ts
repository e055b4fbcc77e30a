import { OggOpusReader, type OpusPiece } from '@visavis/protocol/ogg';
import { VisavisError } from '@visavis/protocol/errors';
import type { OpusDecoder } from './opus.js';
import { refusal } from './refusal.js';

/** One request's Ogg Opus stream to samples: pre-skip left out, the end trimmed where the last page says so; mixed down by the decoder. */
export class OggOpusDecoder {
  readonly #reader = new OggOpusReader();
  readonly #decoder: OpusDecoder;
  readonly #sampleRate: number;
  /** Samples to leave out before the next one given, and samples given. */
  #skip = 0;
  #given = 0;

  constructor(decoder: OpusDecoder, sampleRate: number) {
    this.#decoder = decoder;
    this.#sampleRate = sampleRate;
  }

  /** The samples that `bytes` complete. Throws `invalidRequest` where they are no Ogg Opus. */
  push(bytes: Uint8Array): Float32Array {
    return concat(this.#read(bytes).map((piece) => this.#take(piece)));
  }

  /** Frees the decoder it was given. */
  close(): void {
    this.#decoder.dispose();
  }

  #read(bytes: Uint8Array): OpusPiece[] {
    try {
      return this.#reader.push(bytes);
    } catch (cause) {
      const [reason] = VisavisError.from(cause, 'invalidAudioInput').message.split('; ');
      throw refusal('invalidRequest', reason!, 'send one Ogg Opus stream a request, mono, from its first byte', { cause });
    }
  }

  #take({ packet, preSkip, isFirst, totalSamples }: OpusPiece): Float32Array {
    if (isFirst) {
      this.#skip = this.#atRate(preSkip);
      this.#given = 0;
    }
    const samples = this.#decode(packet);
    const from = Math.min(this.#skip, samples.length);
    this.#skip -= from;
    const heard = samples.subarray(from);
    const left = totalSamples === undefined ? Infinity : this.#atRate(totalSamples) - this.#given;
    const kept = heard.subarray(0, Math.max(0, Math.min(heard.length, left)));
    this.#given += kept.length;
    return kept;
  }

  #decode(packet: Uint8Array): Float32Array {
    try {
      return this.#decoder.decode(packet);
    } catch (cause) {
      throw refusal('invalidRequest', 'this is not an Ogg Opus stream: a packet cannot be decoded', 'send one Ogg Opus stream a request, mono, from its first byte', { cause });
    }
  }

  /** A count at 48 kHz as one at the decoder's rate. */
  #atRate(samples48k: number): number {
    return Math.round((samples48k * this.#sampleRate) / 48_000);
  }
}

function concat(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
