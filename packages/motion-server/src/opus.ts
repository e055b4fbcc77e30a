import { createRequire } from 'node:module';

/** Duration of every packet. */
export const PACKET_MS = 20;
/**
 * Samples at 48 kHz that a decoder drops before the first true one. In voice mode libopus looks 2.5 ms ahead and delays
 * another 4 ms (its OPUS_GET_LOOKAHEAD, 6.5 ms at every rate); a test measures it.
 */
export const PRE_SKIP = 312;
export const OPUS_BITRATE = 24_000;
const COMPLEXITY = 10;

/** One stream of Opus packets: mono, 24 kbit/s, variable rate, tuned for voice. */
export interface OpusEncoder {
  /** Encodes 20 ms of samples in [-1, 1] at the encoder's rate; the caller owns the packet. */
  encode(samples: Float32Array): Uint8Array;
  /** Starts a new stream. */
  reset(): void;
  /** Frees it; nothing is called after it. */
  dispose(): void;
}

/** Takes one stream of Opus packets apart: mono, stereo mixed down. */
export interface OpusDecoder {
  /** Samples in [-1, 1] at the decoder's rate. Throws where the packet is damaged. */
  decode(packet: Uint8Array): Float32Array;
  /** Frees it; nothing is called after it. */
  dispose(): void;
}

/** An implementation of Opus. `sampleRate`: 8, 12, 16, 24 or 48 kHz. */
export interface Opus {
  createEncoder(sampleRate: number): OpusEncoder;
  createDecoder(sampleRate: number): OpusDecoder;
}

const require = createRequire(import.meta.url);

/** The part of `@evan/opus` (native) that is used; its own types do not resolve for ES modules. */
interface NativeEncoder {
  bitrate: number;
  complexity: number;
  vbr: boolean;
  signal: string;
  encode(pcm: Uint8Array): Uint8Array;
  reset(): void;
}
interface NativeDecoder {
  decode(packet: Uint8Array): Uint8Array;
}
interface NativeOpus {
  readonly Decoder: new (options: { channels: 1; sample_rate: number }) => NativeDecoder;
  readonly Encoder: new (options: { channels: 1; sample_rate: number; application: 'voip' }) => NativeEncoder;
}

/** The part of `opusscript` (WebAssembly) that is used. */
interface ScriptCodec {
  encode(pcm: Buffer, samples: number): Buffer;
  decode(packet: Buffer): Buffer;
  setBitrate(bitrate: number): void;
  encoderCTL(request: number, value: number): void;
  delete(): void;
}
interface ScriptOpus {
  new (sampleRate: number, channels: 1, application: number): ScriptCodec;
  readonly Application: { readonly VOIP: number };
}

/** From opus_defines.h; opusscript takes requests by number. */
const CTL = { setVbr: 4006, setComplexity: 4010, setSignal: 4024, resetState: 4028 } as const;
const SIGNAL_VOICE = 3001;

/** The native library where this platform has one, else WebAssembly (about three times slower). */
export function loadOpus(): Opus {
  try {
    return nativeOpus();
  } catch {
    return scriptOpus();
  }
}

/** Throws where there is no binary for this platform. Encoders and decoders are freed with their objects. */
export function nativeOpus(): Opus {
  const { Encoder, Decoder } = require('@evan/opus') as NativeOpus;
  return {
    createEncoder(sampleRate) {
      const encoder = new Encoder({ channels: 1, sample_rate: sampleRate, application: 'voip' });
      Object.assign(encoder, { bitrate: OPUS_BITRATE, complexity: COMPLEXITY, vbr: true, signal: 'voice' });
      return { encode: (samples) => encoder.encode(toPcm16(samples)), reset: () => encoder.reset(), dispose: () => undefined };
    },
    createDecoder(sampleRate) {
      const decoder = new Decoder({ channels: 1, sample_rate: sampleRate });
      return { decode: (packet) => fromPcm16(decoder.decode(packet)), dispose: () => undefined };
    },
  };
}

export function scriptOpus(): Opus {
  const Codec = require('opusscript') as ScriptOpus;
  const create = (sampleRate: number): ScriptCodec => new Codec(sampleRate, 1, Codec.Application.VOIP);
  return {
    createEncoder(sampleRate) {
      const codec = create(sampleRate);
      codec.setBitrate(OPUS_BITRATE);
      codec.encoderCTL(CTL.setComplexity, COMPLEXITY);
      codec.encoderCTL(CTL.setVbr, 1);
      codec.encoderCTL(CTL.setSignal, SIGNAL_VOICE);
      return {
        encode: (samples) => codec.encode(toPcm16(samples), samples.length),
        reset: () => codec.encoderCTL(CTL.resetState, 0),
        dispose: () => codec.delete(),
      };
    },
    createDecoder(sampleRate) {
      const codec = create(sampleRate);
      return { decode: (packet) => fromPcm16(codec.decode(Buffer.from(packet))), dispose: () => codec.delete() };
    },
  };
}

/** Little-endian bytes, rounded and clipped. */
function toPcm16(samples: Float32Array): Buffer {
  const bytes = Buffer.allocUnsafe(samples.length * 2);
  samples.forEach((sample, i) => {
    bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), i * 2);
  });
  return bytes;
}

function fromPcm16(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength >> 1 }, (_, i) => view.getInt16(i * 2, true) / 32_768);
}
