import { VisavisError } from '@visavis/protocol/errors';
import type { Microphone, MicrophoneDevice } from '../microphone/index.js';
import type { MicrophonePiece } from '../transport/index.js';

/** `starting` asks the user. */
export type MicrophoneState = 'off' | 'starting' | 'on';

export interface MicrophoneControlOptions {
  /** A transport that takes the user's voice by itself. */
  readonly own?: () => OwnMicrophone | undefined;
  /** Default: the browser's. */
  readonly device: MicrophoneDevice | undefined;
  /** Of Opus, bits a second; undefined asks for PCM. */
  readonly bitrate: number | undefined;
  onPiece(piece: MicrophonePiece): void;
  onState(state: MicrophoneState): void;
  onError(error: VisavisError): void;
}

/** See `Transport.ownMicrophone`. */
export interface OwnMicrophone {
  start(): Promise<void>;
  stop(): void;
}

/** The controller's microphone: loads the code when it is wanted first, and keeps one state of it. */
export class MicrophoneControl {
  readonly #options: MicrophoneControlOptions;
  #state: MicrophoneState = 'off';
  #microphone: Microphone | undefined;
  #starting: Promise<void> | undefined;
  #own: OwnMicrophone | undefined;

  constructor(options: MicrophoneControlOptions) {
    this.#options = options;
  }

  get state(): MicrophoneState {
    return this.#state;
  }

  /** Resolves when it is on, or was stopped meanwhile. What it rejects with is told by `onError` too. */
  start(): Promise<void> {
    if (this.#state === 'on') return Promise.resolve();
    this.#starting ??= this.#start().finally(() => { this.#starting = undefined; });
    return this.#starting;
  }

  stop(): void {
    this.#microphone?.stop();
    this.#own?.stop();
    this.#own = undefined;
    this.#setState('off');
  }

  async #start(): Promise<void> {
    this.#setState('starting');
    try {
      this.#own = this.#options.own?.();
      if (await (this.#own ? this.#startOwn(this.#own) : this.#startDevice())) this.#setState('on');
    } catch (cause) {
      const error = VisavisError.from(cause, 'microphoneUnavailable');
      this.#setState('off');
      this.#options.onError(error);
      throw error;
    }
  }

  async #startOwn(own: OwnMicrophone): Promise<boolean> {
    await own.start();
    if (!this.#isWanted()) own.stop();
    return this.#isWanted();
  }

  async #startDevice(): Promise<boolean> {
    this.#microphone ??= await this.#load();
    // Stopped while it loaded.
    return this.#isWanted() && await this.#microphone.start();
  }

  #isWanted(): boolean {
    return this.#state === 'starting';
  }

  async #load(): Promise<Microphone> {
    const { device, bitrate, onPiece, onError } = this.#options;
    const { BROWSER_MICROPHONE, createSpeechEncoder, Microphone } = await import('../microphone/index.js');
    return new Microphone({
      device: device ?? BROWSER_MICROPHONE, createEncoder: createSpeechEncoder, bitrate, onPiece,
      onEnded: (error) => {
        this.#setState('off');
        onError(error);
      },
    });
  }

  #setState(state: MicrophoneState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState(state);
  }
}
