import { StreamingResampler } from '@visavis/motion/resample';
import { VisavisError } from '@visavis/protocol/errors';
import type { EncodedAudio } from '@visavis/protocol/ingress';
import type { PacketDecoder } from '@visavis/protocol/opus';
import { TRACK_RATE } from '../publisher/messages.js';

/** Audio of one utterance that may wait, bytes in the form it came in: 11 minutes of 48 kHz PCM. */
export const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** The track takes whole tens of milliseconds. */
const GRAIN = TRACK_RATE / 100;
const SAMPLES_PER_MS = TRACK_RATE / 1000;

type Item = { readonly packet: Uint8Array; readonly ms: number } | { readonly pcm: Uint8Array; readonly ms: number };

/** One utterance's audio as it comes, and as samples of the track when they are due: decoded once, resampled once. */
export class SpeechQueue {
  readonly #takeDecoder: () => PacketDecoder | undefined;
  #decoder: PacketDecoder | undefined;
  readonly #items: Item[] = [];
  #resampler: StreamingResampler | undefined;
  #rate = 0;
  #bytes = 0;
  #waitingMs = 0;
  #samples: Float32Array[] = [];
  #sampleCount = 0;
  /** Samples of the decoder's output that do not belong to the utterance, and how many of it there are. */
  #skip: number | undefined;
  #left = Infinity;
  #emitted = 0;
  #oddByte: number | undefined;
  #ended = false;
  #flushed = false;

  /** `takeDecoder` is asked when the first packet is due, again while there is none. */
  constructor(takeDecoder: () => PacketDecoder | undefined) {
    this.#takeDecoder = takeDecoder;
  }

  /** Audio that waits, in milliseconds. */
  get readyMs(): number {
    return this.#waitingMs + this.#sampleCount / SAMPLES_PER_MS;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /** Everything was taken, and no more will come. */
  get isDrained(): boolean {
    return this.#ended && this.#items.length === 0 && this.#sampleCount === 0 && this.#flushed;
  }

  /** Throws `invalidAudioInput` or `queueFull`. */
  pushOpus({ packets, packetMs, preSkip, last, totalSamples }: EncodedAudio): void {
    this.#skip ??= preSkip;
    for (const packet of packets) this.#add({ packet, ms: packetMs }, packet.length);
    if (last) this.#left = Math.max(0, totalSamples - this.#emitted);
    if (last) this.end();
  }

  /** Throws `invalidAudioInput` or `queueFull`. */
  pushPcm(pcm: Uint8Array, sampleRate: number): void {
    if (pcm.length === 0) return;
    if (this.#rate !== 0 && this.#rate !== sampleRate) throw new VisavisError('invalidAudioInput', 'an utterance keeps one sample rate from first to last');
    this.#rate = sampleRate;
    try {
      this.#resampler ??= new StreamingResampler(sampleRate, TRACK_RATE);
    } catch (cause) {
      throw new VisavisError('invalidAudioInput', `PCM at ${sampleRate} Hz cannot be published; use a standard audio rate`, { cause });
    }
    this.#add({ pcm, ms: (pcm.length * 500) / sampleRate }, pcm.length);
  }

  end(): void {
    this.#ended = true;
  }

  /** The next piece for the track, s16le, at most `ms` long; undefined where there are not 10 ms yet. The last is filled up with silence. */
  take(ms: number): Uint8Array | undefined {
    const wanted = Math.round(ms * SAMPLES_PER_MS);
    while (this.#sampleCount < wanted && this.#advance());
    const whole = Math.floor(Math.min(wanted, this.#sampleCount) / GRAIN) * GRAIN;
    if (whole > 0) return this.#cut(whole);
    if (!this.#ended || this.#sampleCount === 0) return undefined;
    return this.#cut(GRAIN);
  }

  #add(item: Item, bytes: number): void {
    if (this.#bytes + bytes > MAX_WAITING_BYTES) throw new VisavisError('queueFull', 'more audio waits to be published than 64 MiB; send it nearer to real time, or as Opus');
    this.#items.push(item);
    this.#bytes += bytes;
    this.#waitingMs += item.ms;
  }

  /** No more of it is wanted. */
  close(): void {
    this.#decoder?.close();
    this.#decoder = undefined;
    this.#ended = this.#flushed = true;
    this.#items.length = 0;
    this.#samples = [];
    this.#sampleCount = this.#bytes = this.#waitingMs = 0;
  }

  /** Decodes one item; false where nothing is left to decode, or no decoder is ready. */
  #advance(): boolean {
    const next = this.#items[0];
    if (!next) return this.#ended && !this.#flushed && this.#flush();
    if ('packet' in next && !(this.#decoder ??= this.#takeDecoder())) return false;
    const item = this.#items.shift()!;
    this.#waitingMs = this.#items.length === 0 ? 0 : this.#waitingMs - item.ms;
    if ('pcm' in item) {
      this.#bytes -= item.pcm.length;
      this.#keep(this.#resampler!.push(this.#toSamples(item.pcm)));
    } else {
      this.#bytes -= item.packet.length;
      this.#keep(this.#decode(item.packet, item.ms));
    }
    return true;
  }

  #flush(): true {
    this.#flushed = true;
    if (this.#resampler) this.#keep(this.#resampler.flush());
    return true;
  }

  /** A damaged packet is silence of its length. */
  #decode(packet: Uint8Array, ms: number): Float32Array {
    const decoded = this.#decoder!.decode(packet);
    const samples = decoded.length > 0 ? decoded.slice() : new Float32Array(ms * SAMPLES_PER_MS);
    const from = Math.min(samples.length, this.#skip ?? 0);
    this.#skip = (this.#skip ?? 0) - from;
    const whole = samples.subarray(from, from + Math.min(samples.length - from, this.#left));
    this.#left -= whole.length;
    this.#emitted += whole.length;
    return whole;
  }

  #toSamples(bytes: Uint8Array): Float32Array {
    const lead = this.#oddByte === undefined ? 0 : 1;
    const samples = new Int16Array((bytes.length + lead) >> 1);
    const target = new Uint8Array(samples.buffer);
    if (this.#oddByte !== undefined) target[0] = this.#oddByte;
    target.set(bytes.subarray(0, target.length - lead), lead);
    this.#oddByte = (bytes.length + lead) % 2 === 1 ? bytes.at(-1) : undefined;
    return Float32Array.from(samples, (sample) => sample / 32_768);
  }

  #keep(samples: Float32Array): void {
    if (samples.length === 0) return;
    this.#samples.push(samples);
    this.#sampleCount += samples.length;
  }

  #cut(count: number): Uint8Array {
    const piece = new Int16Array(count);
    for (let at = 0; at < count && this.#samples.length > 0;) {
      const first = this.#samples[0]!;
      const part = first.subarray(0, count - at);
      for (let i = 0; i < part.length; i++) piece[at + i] = Math.max(-32_768, Math.min(32_767, Math.round(part[i]! * 32_768)));
      at += part.length;
      this.#sampleCount -= part.length;
      if (part.length === first.length) this.#samples.shift();
      else this.#samples[0] = first.subarray(part.length);
    }
    return new Uint8Array(piece.buffer);
  }
}
