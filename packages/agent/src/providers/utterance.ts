import type { AudioFrame } from '@livekit/rtc-node';
import { toFloatSamples } from '@visavis/motion';

const SAMPLE_RATE = 16_000;

/** What was heard of one utterance so far, 16 kHz mono. */
export class Utterance {
  readonly #parts: Float32Array[] = [];
  #length = 0;

  constructor(frames: readonly AudioFrame[]) {
    this.append(frames);
  }

  /** Copies: the frames' memory is the VAD's. */
  append(frames: readonly AudioFrame[]): void {
    for (const { data } of frames) {
      this.#parts.push(toFloatSamples(data));
      this.#length += data.length;
    }
  }

  get lengthMs(): number {
    return (this.#length * 1000) / SAMPLE_RATE;
  }

  /** -1..1. */
  samples(): Float32Array {
    const all = new Float32Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
