import { StreamingResampler } from '@visavis/motion/resample';
import { OPUS_SAMPLE_RATES } from '@visavis/protocol/ingress';
import { PACKET_MS, PRE_SKIP, type Opus, type OpusEncoder } from './opus.js';

/** The rate Opus works at for input at `sampleRate`: the same where it can, else the next one up. */
export function opusRateFor(sampleRate: number): number {
  return OPUS_SAMPLE_RATES.find((rate) => rate >= sampleRate) ?? 48_000;
}

/** Opus packets of one request after another: the samples in, every 20 ms packet they complete out. Keeps under 20 ms. */
export class SpeechEncoder {
  /** Rate the encoder works at, Hz. */
  readonly sampleRate: number;
  readonly #inputRate: number;
  readonly #encoder: OpusEncoder;
  readonly #resampler: StreamingResampler;
  readonly #frame: Float32Array;
  #filled = 0;
  #samples = 0;
  #packets = 0;

  constructor(inputRate: number, opus: Opus) {
    this.#inputRate = inputRate;
    this.sampleRate = opusRateFor(inputRate);
    this.#encoder = opus.createEncoder(this.sampleRate);
    this.#resampler = new StreamingResampler(inputRate, this.sampleRate);
    this.#frame = new Float32Array((this.sampleRate * PACKET_MS) / 1000);
  }

  /** Length of the request so far in samples at 48 kHz. */
  get totalSamples(): number {
    return Math.round((this.#samples * 48_000) / this.#inputRate);
  }

  /** Starts a new request. */
  reset(): void {
    this.#encoder.reset();
    this.#resampler.reset();
    this.#filled = 0;
    this.#samples = 0;
    this.#packets = 0;
  }

  push(samples: Float32Array): Uint8Array[] {
    this.#samples += samples.length;
    return this.#encode(this.#resampler.push(samples));
  }

  /** The last packets: what is left, and silence until the decoder, behind by the pre-skip, has given every sample. */
  flush(): Uint8Array[] {
    const packets = this.#encode(this.#resampler.flush());
    const due = this.#samples === 0 ? 0 : Math.ceil((this.totalSamples + PRE_SKIP) / (48 * PACKET_MS));
    while (this.#packets < due) packets.push(...this.#encode(new Float32Array(this.#frame.length - this.#filled)));
    return packets;
  }

  dispose(): void {
    this.#encoder.dispose();
  }

  #encode(samples: Float32Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + this.#frame.length - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#frame.length) continue;
      packets.push(this.#encoder.encode(this.#frame));
      this.#filled = 0;
      this.#packets++;
    }
    return packets;
  }
}
