import { VisavisError } from '@visavis/protocol/errors';
import { opusPacketSamples } from './opus-packet.js';

/** Consecutive Opus packets of one utterance and where they belong; times are samples at 48 kHz after pre-skip. */
export interface OpusChunk {
  readonly packets: readonly Uint8Array[];
  readonly firstSample: number;
  readonly preSkip: number;
  readonly packetMs: number;
  /** The utterance's true length, where these are its last packets. */
  readonly totalSamples: number | undefined;
}

/** A packet to decode, or a stretch of silence in place of lost ones (samples at 48 kHz). */
export type OpusItem = { readonly packet: Uint8Array; readonly samples: number } | { readonly silence: number };

/** A longer gap than this is an error of the sender, not loss: 10 s. */
const MAX_GAP_SAMPLES = 480_000;
/** Memory that one held packet is taken to need beyond its bytes. */
const PACKET_OVERHEAD = 64;

/**
 * Puts an utterance's packets in their place: drops what came twice, leaves silence for what is missing, and knows
 * where the utterance begins and ends inside the decoder's output.
 */
export class OpusQueue {
  readonly #items: OpusItem[] = [];
  #bytes = 0;
  /** Decoder output accounted for so far, pre-skip included. */
  #expected = 0;
  #preSkip: number | undefined;
  #totalSamples: number | undefined;

  get byteLength(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Samples to drop from the start of the decoder's output. */
  get preSkip(): number {
    return this.#preSkip ?? 0;
  }

  /** Samples of the utterance, once its last packets came; the rest of the decoder's output is padding. */
  get totalSamples(): number | undefined {
    return this.#totalSamples;
  }

  /** Throws `invalidAudioInput` for a chunk that cannot be placed; the queue stays as it was. */
  push(chunk: OpusChunk): void {
    const durations = chunk.packets.map((packet) => opusPacketSamples(packet) ?? Math.round(chunk.packetMs * 48));
    if (durations.some((samples) => !(samples > 0 && samples <= 5760))) throw invalid('a packet has no valid duration');
    this.#preSkip ??= Math.min(chunk.preSkip, 48_000);
    // The first chunk starts before the utterance's first sample, by the pre-skip.
    let at = chunk.firstSample === 0 ? 0 : chunk.firstSample + this.#preSkip;
    if (chunk.packets.length > 0 && at - this.#expected > MAX_GAP_SAMPLES) throw invalid(`a gap of ${at - this.#expected} samples at 48 kHz before a chunk`);
    chunk.packets.forEach((packet, i) => {
      this.#place(packet, at, durations[i]!);
      at += durations[i]!;
    });
    this.#totalSamples ??= chunk.totalSamples;
  }

  shift(): OpusItem | undefined {
    const item = this.#items.shift();
    if (item && 'packet' in item) this.#bytes -= item.packet.length + PACKET_OVERHEAD;
    return item;
  }

  /** Where the next packet belongs, for senders that do not say: samples at 48 kHz after pre-skip. */
  get nextSample(): number {
    return Math.max(0, this.#expected - this.preSkip);
  }

  #place(packet: Uint8Array, at: number, samples: number): void {
    // Rounding of the sender's times is no gap; half a packet early is a repeat.
    if (at + samples / 2 < this.#expected) return;
    const gap = at - this.#expected;
    if (gap >= samples / 2) {
      this.#items.push({ silence: gap });
      this.#expected += gap;
    }
    this.#items.push({ packet, samples });
    this.#expected += samples;
    this.#bytes += packet.length + PACKET_OVERHEAD;
  }
}

function invalid(what: string): VisavisError {
  return new VisavisError('invalidAudioInput', `${what}; send an utterance's Opus packets in order, with their true first_sample`);
}
