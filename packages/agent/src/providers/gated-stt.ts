/**
 * Recognisers that take whole utterances, as a streaming `stt.STT` of LiveKit Agents: a VAD cuts the utterances out, so
 * that noise gives no words, and partial texts come by decoding anew what was said so far. Knows no engine and no turns.
 */
import { type APIConnectOptions, type AudioBuffer, mergeFrames, stt, type VAD, type VADStream } from '@livekit/agents';
import { toFloatSamples } from '@visavis/motion';
import { VisavisError } from '@visavis/protocol/errors';
import type { Transcriber, Transcript } from '../asr/recogniser.js';
import type { GoesByVoice } from '../hearing/relayed-voice.js';
import { GatedStream } from './gated-stream.js';

export interface GatedSttOptions {
  /** For the text that counts. */
  readonly final: Transcriber;
  /** Quick, for texts while speech goes on; without it there are none. */
  readonly partial?: Transcriber;
  readonly vad: VAD;
  /** BCP 47. */
  readonly language: string;
  /** Names, for reports. */
  readonly model: string;
  readonly provider: string;
}

export class GatedStt extends stt.STT implements GoesByVoice {
  label = 'visavis.GatedStt';
  readonly #options: GatedSttOptions;

  constructor(options: GatedSttOptions) {
    super({ streaming: true, interimResults: options.partial !== undefined });
    this.#options = options;
  }

  override get model(): string {
    return this.#options.model;
  }

  override get provider(): string {
    return this.#options.provider;
  }

  protected async _recognize(buffer: AudioBuffer, signal?: AbortSignal): Promise<stt.SpeechEvent> {
    const frame = mergeFrames(buffer);
    if (frame.sampleRate !== 16_000 || frame.channels !== 1) throw new VisavisError('unsupportedSampleRate', 'speech recognition takes 16 kHz mono');
    const transcript = await this.#options.final.transcribe(toFloatSamples(frame.data), signal);
    return { type: stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives: [this.#data(transcript)] };
  }

  stream({ connOptions }: { connOptions?: APIConnectOptions } = {}): stt.SpeechStream {
    return this.#follow(this.#options.vad.stream(), connOptions);
  }

  streamBy(voice: VADStream): stt.SpeechStream {
    return this.#follow(voice);
  }

  #follow(vad: VADStream, connOptions?: APIConnectOptions): stt.SpeechStream {
    const { final, partial } = this.#options;
    return new GatedStream(this, {
      final, partial, vad, connOptions, data: (transcript) => this.#data(transcript),
      onError: (error) => this.emit('error', { type: 'stt_error', timestamp: Date.now(), label: this.label, error, recoverable: true }),
    });
  }

  #data(transcript: Transcript): stt.SpeechData {
    return { ...transcript, language: this.#options.language as stt.SpeechData['language'], startTime: 0, endTime: 0 };
  }
}
