import { VisavisError } from '@visavis/protocol/errors';
import type { AudioInput } from './audio-input.js';
import type { CreateOpusDecoder } from './decoder.js';
import { OpusSource } from './opus-source.js';
import type { OutputStream } from './output.js';
import { PcmSource } from './pcm-source.js';
import type { SourceSink } from './source.js';

/** Samples handed to the output ahead of being heard; the rest of the utterance waits in the form it came in. */
const AHEAD_MS = 1_500;
/**
 * Most audio of one utterance that may wait, in the form it came in: 11 minutes of 48 kHz PCM, hours of Opus.
 * Audio beyond it is refused with `queueFull`; what was taken is played.
 */
export const MAX_WAITING_BYTES = 64 * 1024 * 1024;

type Source = { readonly form: 'pcm'; readonly rate: number; readonly source: PcmSource } | { readonly form: 'opus'; readonly source: OpusSource };

export interface FeederEvents {
  /** Whether a part that is missing may still be waited for: enough else is there to be heard meanwhile. */
  mayWait(): boolean;
  onError(error: VisavisError): void;
  /** Samples are about to be handed to the output: at its rate, only valid during the call. */
  onSamples(samples: Float32Array): void;
  /** More was handed to the output, or all of it. */
  onWritten(): void;
}

/** Takes one utterance's audio, in one form throughout, and keeps the output's stream supplied. */
export class AudioFeeder {
  readonly #stream: OutputStream;
  readonly #createDecoder: CreateOpusDecoder;
  readonly #onError: (error: VisavisError) => void;
  readonly #sink: SourceSink;
  #source: Source | undefined;
  #ended = false;
  #written = false;
  #pieceMs = 0;

  constructor(stream: OutputStream, createDecoder: CreateOpusDecoder, { mayWait, onError, onSamples, onWritten }: FeederEvents) {
    this.#stream = stream;
    this.#createDecoder = createDecoder;
    this.#onError = onError;
    this.#sink = {
      sampleRate: stream.sampleRate,
      targetAheadMs: AHEAD_MS,
      get aheadMs() { return stream.aheadMs; },
      get mayWait() { return mayWait(); },
      write: (samples) => {
        onSamples(samples);
        stream.write(samples);
        onWritten();
      },
      end: () => {
        this.#written = true;
        stream.end();
        onWritten();
      },
      onError,
    };
  }

  /** Milliseconds of the utterance that came. */
  get receivedMs(): number {
    return this.#source?.source.receivedMs ?? 0;
  }

  /** The longest piece that came, in milliseconds. */
  get pieceMs(): number {
    return this.#pieceMs;
  }

  /** True once `end` was called. */
  get isEnded(): boolean {
    return this.#ended;
  }

  /** True once every sample is with the output. */
  get isWritten(): boolean {
    return this.#written;
  }

  /** Takes audio, or says through `onError` why not: `invalidAudioInput`, `queueFull`. */
  push(input: AudioInput): void {
    if (this.#ended && !this.#isOvertaken(input)) return this.#refuse('invalidAudioInput', 'audio came after the end of its utterance');
    if ((this.#source?.source.byteLength ?? 0) > MAX_WAITING_BYTES) {
      return this.#refuse('queueFull', 'more audio waits to be played than 64 MiB; send it nearer to real time, or as Opus');
    }
    const beforeMs = this.receivedMs;
    try {
      this.#take(input);
      this.#pieceMs = Math.max(this.#pieceMs, this.receivedMs - beforeMs);
    } catch (error) {
      this.#onError(VisavisError.from(error, 'invalidAudioInput'));
    }
    this.pump();
  }

  /** No more audio will come. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#source) this.#source.source.end();
    else this.#sink.end();
    this.pump();
  }

  pump(): void {
    this.#source?.source.pump();
  }

  close(): void {
    this.#ended = true;
    this.#source?.source.close();
    this.#stream.cut();
  }

  /** The end may overtake what it ends, and repeats are no news. */
  #isOvertaken(input: AudioInput): boolean {
    return input.kind === 'opus' && this.#source?.form === 'opus' && input.audio.firstSample < this.#source.source.totalSamples;
  }

  #take(input: AudioInput): void {
    if (input.kind === 'pcm') return this.#pcm(input.sampleRate).push(input.bytes);
    const opus = this.#opus();
    if (input.kind === 'bytes') return opus.pushBytes(input.bytes);
    const { audio } = input;
    opus.push({
      packets: audio.packets, firstSample: audio.firstSample, preSkip: audio.preSkip, packetMs: audio.packetMs,
      totalSamples: audio.last ? audio.totalSamples : undefined,
    });
  }

  #pcm(rate: number): PcmSource {
    this.#source ??= { form: 'pcm', rate, source: new PcmSource(rate, this.#sink) };
    if (this.#source.form !== 'pcm' || this.#source.rate !== rate) throw mixed();
    return this.#source.source;
  }

  #opus(): OpusSource {
    this.#source ??= { form: 'opus', source: new OpusSource(this.#createDecoder, this.#sink) };
    if (this.#source.form !== 'opus') throw mixed();
    return this.#source.source;
  }

  #refuse(code: 'invalidAudioInput' | 'queueFull', message: string): void {
    this.#onError(new VisavisError(code, message));
  }
}

function mixed(): VisavisError {
  return new VisavisError('invalidAudioInput', 'an utterance keeps one audio form and sample rate from first to last; end it and begin another');
}
