import { StreamingResampler } from '@visavis/motion/resample';
import { VisavisError } from '@visavis/protocol/errors';
import type { OggOpusReader } from '@visavis/protocol/ogg';
import type { CreateOpusDecoder, OpusDecoder } from './decoder.js';
import { OPUS_RATE } from './opus-decoder.js';
import { OpusQueue, type OpusChunk } from './opus-queue.js';
import type { AudioSource, SourceSink } from './source.js';

/** What is lost begins and ends without a step, which would click: 2.5 ms. */
const EDGE_SAMPLES = 120;
/** What every page of an Ogg stream begins with: `OggS`. */
const OGG_MARK = [0x4f, 0x67, 0x67, 0x53];

/** An utterance that comes as Opus packets, decoded a little ahead of being heard. */
export class OpusSource implements AudioSource {
  readonly #queue = new OpusQueue();
  readonly #sink: SourceSink;
  readonly #resampler: StreamingResampler;
  #decoder: OpusDecoder | undefined;
  #ogg: OggOpusReader | undefined;
  /** Pieces of an Ogg stream that came before what reads it, which is fetched with the first of its kind. */
  #unread: Uint8Array[] | undefined;
  #hasBytes = false;
  /** Samples at 48 kHz asked of the decoder that have not come. */
  #inFlight = 0;
  /** Decoder output taken so far, pre-skip included. */
  #taken = 0;
  #lastSample = 0;
  /** What comes next follows on silence. */
  #fadesIn = false;
  #ended = false;
  /** No packet may be decoded now: what is in flight must come first, or all is done. */
  #blocked = false;
  #closed = false;

  constructor(create: CreateOpusDecoder, sink: SourceSink) {
    this.#sink = sink;
    this.#resampler = new StreamingResampler(OPUS_RATE, sink.sampleRate);
    void this.#open(create);
  }

  get byteLength(): number {
    return this.#queue.byteLength + (this.#unread?.reduce((sum, { length }) => sum + length, 0) ?? 0);
  }

  /** Milliseconds of the utterance up to the end of what came. */
  get receivedMs(): number {
    return (this.#queue.receivedSamples * 1000) / OPUS_RATE;
  }

  /** Length of the utterance in samples at 48 kHz; 0 until its last packets came. */
  get totalSamples(): number {
    return this.#queue.totalSamples ?? 0;
  }

  /** Throws `invalidAudioInput`. */
  push(chunk: OpusChunk): void {
    this.#queue.push(chunk);
  }

  /** What comes next from a sender that gives no times: one packet, or Ogg cut anywhere, as the first bytes tell. */
  pushBytes(bytes: Uint8Array): void {
    if (!this.#hasBytes && OGG_MARK.every((byte, i) => (bytes[i] ?? byte) === byte)) void this.#openOgg();
    this.#hasBytes = true;
    if (this.#unread) this.#unread.push(bytes.slice());
    else if (this.#ogg) this.#read(this.#ogg, bytes);
    else this.#queue.append(bytes.slice(), { preSkip: 0, totalSamples: undefined });
  }

  #read(ogg: OggOpusReader, bytes: Uint8Array): void {
    for (const { packet, preSkip, totalSamples } of ogg.push(bytes)) this.#queue.append(packet, { preSkip, totalSamples });
  }

  async #openOgg(): Promise<void> {
    const unread: Uint8Array[] = this.#unread = [];
    try {
      const { OggOpusReader } = await import('@visavis/protocol/ogg');
      if (this.#closed) return;
      this.#ogg = new OggOpusReader();
      for (const bytes of unread) this.#read(this.#ogg, bytes);
    } catch (error) {
      this.#sink.onError(VisavisError.from(error, 'playbackInitFailed'));
      if (!this.#ogg) return this.#sink.end();
    }
    this.#unread = undefined;
    this.pump();
  }

  end(): void {
    this.#ended = true;
  }

  pump(): void {
    const decoder = this.#decoder;
    if (!decoder || this.#blocked) return;
    // A decoder may answer at once, and what it answers pumps again.
    this.#blocked = true;
    let goOn = true;
    while (goOn && !this.#queue.isEmpty && this.#sink.aheadMs + this.#inFlight / 48 < this.#sink.targetAheadMs) goOn = this.#step(decoder);
    if (!goOn) return;
    this.#blocked = false;
    if (this.#queue.isEmpty && this.#ended && !this.#unread) void this.#finish(decoder);
  }

  close(): void {
    this.#closed = true;
    this.#decoder?.close();
  }

  async #open(create: CreateOpusDecoder): Promise<void> {
    try {
      const decoder = await create({
        onSamples: (samples) => this.#take(samples),
        onError: (error) => this.#sink.onError(error),
      });
      if (this.#closed) return decoder.close();
      this.#decoder = decoder;
      this.pump();
    } catch (cause) {
      this.#sink.onError(new VisavisError('playbackInitFailed', 'no Opus decoder loads in this browser; ask for PCM instead', { cause }));
      this.#sink.end();
    }
  }

  /** Handles one item; false where the next must wait for what is in flight, or for what is missing. */
  #step(decoder: OpusDecoder): boolean {
    const item = this.#queue.shift(this.#sink.mayWait);
    if (!item) {
      this.#blocked = false;
      return false;
    }
    if ('packet' in item) {
      this.#inFlight += item.samples;
      decoder.decode(item.packet, item.samples);
      return true;
    }
    // Silence must not overtake samples that are still being decoded.
    void this.#fill(decoder, item.silence);
    return false;
  }

  async #fill(decoder: OpusDecoder, samples: number): Promise<void> {
    await decoder.flush();
    this.#blocked = false;
    this.#inFlight = samples;
    this.#take(fading(this.#lastSample, samples));
    this.#fadesIn = true;
  }

  async #finish(decoder: OpusDecoder): Promise<void> {
    this.#blocked = true;
    await decoder.flush();
    if (this.#closed) return;
    this.#sink.write(this.#resampler.flush());
    this.#sink.end();
    decoder.close();
  }

  /** Cuts pre-skip and padding off the decoder's output and hands on the rest. */
  #take(samples: Float32Array): void {
    if (this.#closed) return;
    if (this.#fadesIn) fadeIn(samples);
    this.#fadesIn = false;
    this.#lastSample = samples.at(-1) ?? 0;
    const { preSkip, totalSamples = Infinity } = this.#queue;
    const from = Math.max(0, preSkip - this.#taken);
    const to = Math.max(from, Math.min(samples.length, preSkip + totalSamples - this.#taken));
    this.#taken += samples.length;
    this.#inFlight = Math.max(0, this.#inFlight - samples.length);
    if (to > from) this.#sink.write(this.#resampler.push(samples.subarray(from, to)));
    this.pump();
  }
}

/** Silence that begins at `from` and is nothing after the edge. */
function fading(from: number, length: number): Float32Array {
  const samples = new Float32Array(length);
  for (let i = 0; i < Math.min(EDGE_SAMPLES, length); i++) samples[i] = from * (1 - (i + 1) / EDGE_SAMPLES);
  return samples;
}

function fadeIn(samples: Float32Array): void {
  for (let i = 0; i < Math.min(EDGE_SAMPLES, samples.length); i++) samples[i]! *= i / EDGE_SAMPLES;
}
