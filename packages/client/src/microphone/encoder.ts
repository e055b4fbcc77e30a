import { StreamingResampler } from '@visavis/motion/resample';
import type { MicrophonePiece } from '../transport/index.js';

/** Rate of PCM pieces, and of what the Opus encoder is given. */
const PCM_RATE = 16_000;
const OPUS_RATE = 48_000;
/** Opus packets are this long. */
const PACKET_US = 20_000;

/** Turns captured samples into pieces, in order. */
export interface SpeechEncoder {
  push(samples: Float32Array): void;
  close(): void;
}

/** Makes an encoder of samples at `sampleRate`; `bitrate` in bits a second is for codecs that have one. */
export type CreateSpeechEncoder = (sampleRate: number, bitrate: number | undefined, onPiece: (piece: MicrophonePiece) => void) => Promise<SpeechEncoder>;

/** Opus by the browser where it has an encoder, else PCM. `bitrate` undefined asks for PCM. */
export const createSpeechEncoder: CreateSpeechEncoder = async (sampleRate, bitrate, onPiece) => {
  if (bitrate !== undefined && (await hasOpus(configOf(bitrate)))) return new OpusEncoder(sampleRate, bitrate, onPiece);
  return createPcmEncoder(sampleRate, onPiece);
};

/** s16le mono at 16 kHz, each piece as long as the samples it was given, but for the filter's delay at the start. */
function createPcmEncoder(sampleRate: number, onPiece: (piece: MicrophonePiece) => void): SpeechEncoder {
  const resampler = new StreamingResampler(sampleRate, PCM_RATE);
  return {
    push(samples) {
      const bytes = toPcm(resampler.push(samples));
      if (bytes.length > 0) onPiece({ codec: 'pcm', bytes });
    },
    close: () => undefined,
  };
}

function toPcm(samples: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, i) => view.setInt16(i * 2, Math.round(32_767 * Math.max(-1, Math.min(1, sample))), true));
  return new Uint8Array(view.buffer);
}

function configOf(bitrate: number): AudioEncoderConfig {
  return { codec: 'opus', sampleRate: OPUS_RATE, numberOfChannels: 1, bitrate, opus: { frameDuration: PACKET_US } };
}

async function hasOpus(config: AudioEncoderConfig): Promise<boolean> {
  if (typeof AudioEncoder === 'undefined') return false;
  return AudioEncoder.isConfigSupported(config).then(({ supported }) => supported === true, () => false);
}

/** One packet a piece. An encoder that fails is replaced by PCM: each piece says what it is. */
class OpusEncoder implements SpeechEncoder {
  readonly #sampleRate: number;
  readonly #onPiece: (piece: MicrophonePiece) => void;
  readonly #resampler: StreamingResampler;
  readonly #native: AudioEncoder;
  #fallback: SpeechEncoder | undefined;
  #samples = 0;
  #closed = false;

  constructor(sampleRate: number, bitrate: number, onPiece: (piece: MicrophonePiece) => void) {
    this.#sampleRate = sampleRate;
    this.#onPiece = onPiece;
    this.#resampler = new StreamingResampler(sampleRate, OPUS_RATE);
    this.#native = new AudioEncoder({ output: (chunk) => this.#take(chunk), error: () => this.#fallBack() });
    this.#native.configure(configOf(bitrate));
  }

  push(samples: Float32Array): void {
    if (this.#fallback) return this.#fallback.push(samples);
    const data = this.#resampler.push(samples);
    if (data.length === 0) return;
    const timestamp = Math.round((this.#samples * 1e6) / OPUS_RATE);
    this.#samples += data.length;
    const audio = new AudioData({
      format: 'f32-planar', sampleRate: OPUS_RATE, numberOfChannels: 1, numberOfFrames: data.length, timestamp, data: data as Float32Array<ArrayBuffer>,
    });
    if (this.#native.state === 'configured') this.#native.encode(audio);
    audio.close();
  }

  close(): void {
    this.#closed = true;
    if (this.#native.state !== 'closed') this.#native.close();
  }

  #take(chunk: EncodedAudioChunk): void {
    if (this.#closed) return;
    const bytes = new Uint8Array(chunk.byteLength);
    chunk.copyTo(bytes);
    this.#onPiece({ codec: 'opus', bytes });
  }

  #fallBack(): void {
    if (!this.#closed) this.#fallback ??= createPcmEncoder(this.#sampleRate, this.#onPiece);
  }
}
