import { VisavisError } from '@visavis/protocol/errors';
import type { Capture, MicrophoneDevice } from '../microphone/index.js';

/** A microphone without a device: what it hears is handed in. */
export class ManualMicrophone implements MicrophoneDevice {
  readonly sampleRate: number;
  /** Set before it is opened: the user refuses, or there is none. */
  refusal: 'microphoneDenied' | 'microphoneUnavailable' | undefined;
  #capture: Capture | undefined;

  constructor(sampleRate = 48_000) {
    this.sampleRate = sampleRate;
  }

  get isOpen(): boolean {
    return this.#capture !== undefined;
  }

  open(): Promise<Capture> {
    if (this.refusal) return Promise.reject(new VisavisError(this.refusal, 'this microphone was told to refuse'));
    const capture: Capture = {
      sampleRate: this.sampleRate, onSamples: undefined, onEnded: undefined,
      stop: () => { if (this.#capture === capture) this.#capture = undefined; },
    };
    this.#capture = capture;
    return Promise.resolve(capture);
  }

  /** Hears samples in [-1, 1]. */
  hear(samples: Float32Array): void {
    this.#capture?.onSamples?.(samples);
  }

  /** Is pulled out. */
  unplug(): void {
    this.#capture?.onEnded?.();
  }
}
