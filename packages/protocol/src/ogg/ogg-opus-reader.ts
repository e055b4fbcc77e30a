import { VisavisError } from '../errors/index.js';
import { OggReader, viewOf, type OggPacket } from './ogg-reader.js';

/** An Opus packet of a stream, in order; counts are samples at 48 kHz. */
export interface OpusPiece {
  readonly packet: Uint8Array;
  /** What the decoder gives before the stream's first sample. Where it changes, another stream has begun. */
  readonly preSkip: number;
  /** It is the first of a stream. */
  readonly isFirst: boolean;
  /** Length of the stream, pre-skip left out, where this packet's page says so. May lie beyond the audio. */
  readonly totalSamples: number | undefined;
}

/**
 * One utterance's Ogg Opus stream to packets (RFC 7845). Takes what encoders of this field do: empty packets, an end beyond
 * the audio, headers and audio on one page, anything after the end, no bytes at all. Mono or stereo.
 */
export class OggOpusReader {
  readonly #reader = new OggReader();
  #headers = 0;
  #preSkip = 0;
  #isFirst = true;

  /** The packets that `bytes` complete. Throws `invalidAudioInput` where they are no Ogg Opus. */
  push(bytes: Uint8Array): OpusPiece[] {
    return this.#reader.push(bytes).flatMap((packet) => this.#take(packet) ?? []);
  }

  #take({ data, first, endGranule }: OggPacket): OpusPiece | undefined {
    if (first) this.#headers = 0;
    if (this.#headers < 2) return void this.#readHeader(data, this.#headers++);
    if (data.length === 0) return undefined;
    // A negative granule says that no packet ends on this page.
    const totalSamples = endGranule === undefined || endGranule < 0n ? undefined : Math.max(0, Number(endGranule) - this.#preSkip);
    const piece = { packet: data, preSkip: this.#preSkip, isFirst: this.#isFirst, totalSamples };
    this.#isFirst = false;
    return piece;
  }

  /** The identification header, then the comment header, whose contents do not matter. */
  #readHeader(data: Uint8Array, index: number): void {
    const magic = index === 0 ? 'OpusHead' : 'OpusTags';
    if (String.fromCharCode(...data.subarray(0, 8)) !== magic) throw notOpus(`${magic} is missing`);
    if (index === 1) return;
    if (data.length < 19) throw notOpus('OpusHead is cut short');
    if (data[8]! > 15) throw notOpus(`unknown version ${data[8]}`);
    if (data[18] !== 0) throw notOpus('only mono and stereo are taken');
    this.#preSkip = viewOf(data).getUint16(10, true);
    this.#isFirst = true;
  }
}

function notOpus(reason: string): VisavisError {
  return new VisavisError('invalidAudioInput', `this is not an Ogg Opus stream: ${reason}; send one Ogg Opus stream an utterance, mono, from its first byte`);
}
