import { StreamingResampler } from '@visavis/motion/resample';

/** Input taken in one step: keeps each step short whatever arrives. */
const STEP_MS = 200;

/** Bytes of s16le mono as they came, cut anywhere, and the samples they hold. Keeps what has not been taken. */
export class PcmQueue {
  readonly #resampler: StreamingResampler;
  readonly #stepSamples: number;
  readonly #chunks: Int16Array[] = [];
  #oddByte: number | undefined;
  #bytes = 0;
  #offset = 0;

  /** Throws MotionInputError `unsupportedSampleRate` for a rate that cannot be converted. */
  constructor(fromHz: number, toHz: number) {
    this.#resampler = new StreamingResampler(fromHz, toHz);
    this.#stepSamples = Math.ceil((fromHz * STEP_MS) / 1000);
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const { samples, oddByte } = toSamples(bytes, this.#oddByte);
    this.#oddByte = oddByte;
    if (samples.length === 0) return;
    this.#chunks.push(samples);
    this.#bytes += samples.byteLength;
  }

  /** Up to 200 ms of what was pushed, at the output's rate; fewer samples than that at the start, by the filter's delay. */
  take(): Float32Array {
    const chunk = this.#chunks[0];
    if (!chunk) return new Float32Array(0);
    const part = chunk.subarray(this.#offset, this.#offset + this.#stepSamples);
    this.#offset += part.length;
    if (this.#offset >= chunk.length) {
      this.#chunks.shift();
      this.#offset = 0;
      this.#bytes -= chunk.byteLength;
    }
    return this.#resampler.push(Float32Array.from(part, (sample) => sample / 32768));
  }

  /** What the filter still holds after the last `take`. Half a sample at the end is dropped. */
  flush(): Float32Array {
    return this.#resampler.flush();
  }
}

/** Copies: `bytes` is not empty, may lie at any offset, and its memory may be used again. */
function toSamples(bytes: Uint8Array, lead: number | undefined): { samples: Int16Array; oddByte: number | undefined } {
  const total = bytes.length + (lead === undefined ? 0 : 1);
  const samples = new Int16Array(total >> 1);
  const target = new Uint8Array(samples.buffer);
  const shift = lead === undefined ? 0 : 1;
  if (lead !== undefined) target[0] = lead;
  target.set(bytes.subarray(0, target.length - shift), shift);
  return { samples, oddByte: total % 2 === 0 ? undefined : bytes[bytes.length - 1] };
}
