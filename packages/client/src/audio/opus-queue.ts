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

/** A packet where it belongs. */
interface Placed {
  readonly at: number;
  readonly samples: number;
  readonly packet: Uint8Array;
}

/**
 * Puts an utterance's packets in their place whatever order they come in: drops what came twice or too late, leaves
 * silence for what is missing, and knows where the utterance begins and ends inside the decoder's output.
 */
export class OpusQueue {
  /** By place. */
  readonly #held: Placed[] = [];
  #bytes = 0;
  /** Decoder output handed on so far, pre-skip included. */
  #next = 0;
  /** End of the last packet in place. */
  #end = 0;
  #preSkip: number | undefined;
  #totalSamples: number | undefined;

  get byteLength(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
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
    if (chunk.packets.length > 0 && at - this.#end > MAX_GAP_SAMPLES) throw invalid(`a gap of ${at - this.#end} samples at 48 kHz before a chunk`);
    chunk.packets.forEach((packet, i) => {
      this.#place({ at, samples: durations[i]!, packet });
      at += durations[i]!;
    });
    this.#totalSamples ??= chunk.totalSamples;
  }

  /** Takes the packet that follows on the last; `preSkip` counts where it is the first. Throws as `push`. */
  append(packet: Uint8Array, { preSkip, totalSamples }: Pick<OpusChunk, 'preSkip' | 'totalSamples'>): void {
    const samples = opusPacketSamples(packet);
    if (samples === undefined) throw invalid('a packet has no valid duration');
    this.#preSkip ??= preSkip;
    this.#place({ at: this.#end, samples, packet });
    this.#totalSamples ??= totalSamples;
  }

  /** The next item; undefined where there is none, or where packets are missing that `mayWait` says to wait for. */
  shift(mayWait = false): OpusItem | undefined {
    const first = this.#held[0];
    const gap = first ? gapBefore(first, this.#next) : 0;
    if (!first || (gap > 0 && mayWait)) return undefined;
    if (gap > 0) {
      this.#next = first.at;
      return { silence: gap };
    }
    const { packet, samples } = this.#held.shift()!;
    this.#bytes -= packet.length + PACKET_OVERHEAD;
    this.#next += samples;
    return { packet, samples };
  }

  /** Samples of the utterance up to the end of what came. */
  get receivedSamples(): number {
    return Math.max(0, this.#end - this.preSkip);
  }

  #place(placed: Placed): void {
    const { at, samples, packet } = placed;
    // Rounding of the sender's times is no gap; half a packet early is a repeat, or came too late.
    if (at + samples / 2 < this.#next) return;
    let index = this.#held.length;
    while (index > 0 && this.#held[index - 1]!.at > at - samples / 2) index--;
    const after = this.#held[index];
    if (after && after.at < at + samples / 2) return;
    this.#held.splice(index, 0, placed);
    this.#bytes += packet.length + PACKET_OVERHEAD;
    this.#end = Math.max(this.#end, at + samples);
  }
}

function gapBefore({ at, samples }: Placed, expected: number): number {
  return at - expected >= samples / 2 ? at - expected : 0;
}

function invalid(what: string): VisavisError {
  return new VisavisError('invalidAudioInput', `${what}; send an utterance's Opus packets in order, with their true first_sample`);
}
