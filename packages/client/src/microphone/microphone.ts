import { VisavisError } from '@visavis/protocol/errors';
import type { MicrophonePiece } from '../transport/index.js';
import type { Capture, MicrophoneDevice } from './device.js';
import type { CreateSpeechEncoder, SpeechEncoder } from './encoder.js';

export interface MicrophoneOptions {
  readonly device: MicrophoneDevice;
  readonly createEncoder: CreateSpeechEncoder;
  /** Of Opus, bits a second; undefined asks for PCM. */
  readonly bitrate: number | undefined;
  onPiece(piece: MicrophonePiece): void;
  /** The device went away: `microphoneUnavailable`. It has been given back; start again when it is there. */
  onEnded(error: VisavisError): void;
}

/** One microphone, on or off. Keeps nothing: a piece that cannot be sent at once is dropped by whoever gets it. */
export class Microphone {
  readonly #options: MicrophoneOptions;
  #capture: Capture | undefined;
  #encoder: SpeechEncoder | undefined;
  /** Counts stops, so that a start under way knows that it came too late. */
  #stops = 0;

  constructor(options: MicrophoneOptions) {
    this.#options = options;
  }

  /** Resolves with whether it is on: false where it was stopped meanwhile. Rejects as `MicrophoneDevice.open` does. */
  async start(): Promise<boolean> {
    const stops = this.#stops;
    const capture = await this.#options.device.open();
    if (stops !== this.#stops) {
      capture.stop();
      return false;
    }
    this.#capture = capture;
    capture.onEnded = () => this.#ended();
    const encoder = await this.#encoderOf(capture);
    if (stops !== this.#stops) {
      encoder.close();
      return false;
    }
    this.#encoder = encoder;
    capture.onSamples = (samples) => encoder.push(samples);
    return true;
  }

  stop(): void {
    this.#stops += 1;
    this.#capture?.stop();
    this.#encoder?.close();
    this.#capture = this.#encoder = undefined;
  }

  async #encoderOf({ sampleRate }: Capture): Promise<SpeechEncoder> {
    const { createEncoder, bitrate, onPiece } = this.#options;
    try {
      return await createEncoder(sampleRate, bitrate, onPiece);
    } catch (cause) {
      this.stop();
      throw new VisavisError('microphoneUnavailable', `the microphone’s ${sampleRate} Hz cannot be converted; choose a standard rate in the system’s sound settings`, { cause });
    }
  }

  #ended(): void {
    this.stop();
    this.#options.onEnded(new VisavisError('microphoneUnavailable', 'the microphone went away; connect it and start it again'));
  }
}
