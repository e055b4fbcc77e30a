import { VisavisError } from '@visavis/protocol/errors';
import type { Microphone, MicrophoneDevice } from '../microphone/engine.js';
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
  #starting = Promise.resolve();
  /** How often it was stopped: a start that was under way then is not wanted any more. */
  #stops = 0;
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
    if (this.#state === 'off') this.#starting = this.#start(this.#starting);
    return this.#starting;
  }

  stop(): void {
    this.#stops += 1;
    this.#microphone?.stop();
    this.#own?.stop();
    this.#own = undefined;
    this.#setState('off');
  }

  /** `before` is a start that may be under way still, though it was stopped: it ends first. */
  async #start(before: Promise<void>): Promise<void> {
    const stops = this.#stops;
    const isWanted = (): boolean => stops === this.#stops;
    this.#setState('starting');
    await before.catch(() => undefined);
    if (!isWanted()) return;
    try {
      this.#own = this.#options.own?.();
      if (await (this.#own ? startOwn(this.#own, isWanted) : this.#startDevice(isWanted))) this.#setState('on');
    } catch (cause) {
      const error = VisavisError.from(cause, 'microphoneUnavailable');
      if (isWanted()) this.#setState('off');
      this.#options.onError(error);
      throw error;
    }
  }

  async #startDevice(isWanted: () => boolean): Promise<boolean> {
    this.#microphone ??= await this.#load();
    // Stopped while it loaded.
    return isWanted() && await this.#microphone.start();
  }

  async #load(): Promise<Microphone> {
    const { device, bitrate, onPiece, onError } = this.#options;
    const { BROWSER_MICROPHONE, createSpeechEncoder, Microphone } = await import('../microphone/engine.js');
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

async function startOwn(own: OwnMicrophone, isWanted: () => boolean): Promise<boolean> {
  await own.start();
  if (!isWanted()) own.stop();
  return isWanted();
}
