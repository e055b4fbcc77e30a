/**
 * The microphone of the page: the browser's, with a gate for push to talk and a level for the meter. While the gate is
 * shut the backend gets silence, so that it hears the end of what was said. Knows no button and no document.
 */
import type { Capture, MicrophoneDevice } from '@visavis/client';
import { NarrowBand } from './narrow-band.js';

/** RMS of speech close to a microphone, about -20 dBFS: the top of the meter. */
const LOUD = 0.1;
/** Below this, about -60 dBFS, the meter rests. */
const QUIET = 0.001;

export interface GatedOptions {
  /** Opens the device of this id, the default one where it is undefined. */
  open(deviceId: string | undefined): Promise<Capture>;
  /** 0..1, fifty times a second while the device is open; 0 when it closes. */
  onLevel(level: number): void;
  /** Speech came without anything above 4 kHz, as telephone headsets send it. Once a capture. */
  onNarrowBand(): void;
}

export class GatedMicrophone implements MicrophoneDevice {
  /** Used by the next `open`. */
  deviceId: string | undefined;
  /** Told when the gate opens or shuts: for voice that takes another way. */
  onShut: ((isShut: boolean) => void) | undefined;
  #isShut = false;
  readonly #options: GatedOptions;

  constructor(options: GatedOptions) {
    this.#options = options;
  }

  /** Shut, silence goes out in place of what is heard. */
  get isShut(): boolean {
    return this.#isShut;
  }

  set isShut(isShut: boolean) {
    this.#isShut = isShut;
    this.onShut?.(isShut);
  }

  async open(): Promise<Capture> {
    const { open, onLevel, onNarrowBand } = this.#options;
    const inner = await open(this.deviceId);
    const band = new NarrowBand(inner.sampleRate);
    const outer: Capture = {
      sampleRate: inner.sampleRate, onSamples: undefined, onEnded: undefined,
      stop: () => {
        inner.stop();
        onLevel(0);
      },
    };
    inner.onEnded = () => outer.onEnded?.();
    inner.onSamples = (samples) => {
      onLevel(levelOf(samples));
      if (band.push(samples)) onNarrowBand();
      outer.onSamples?.(this.isShut ? new Float32Array(samples.length) : samples);
    };
    return outer;
  }
}

/** Loudness on a scale that speech moves along: 0 at -60 dBFS, 1 at -20 dBFS. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  if (rms <= QUIET) return 0;
  return Math.min(1, Math.log10(rms / QUIET) / Math.log10(LOUD / QUIET));
}
