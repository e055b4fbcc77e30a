import { Pcm16Decoder } from '@visavis/motion';
import { AudioFormat } from '@visavis/protocol/ingress';
import { OggOpusDecoder } from './ogg-opus.js';
import type { Opus } from './opus.js';

/** Bytes of one request, cut anywhere, to samples in [-1, 1]. */
export interface AudioDecoder {
  /** The samples that `bytes` complete. Throws `invalidRequest` where the bytes are not of the format. */
  push(bytes: Uint8Array): Float32Array;
  /** Frees it; nothing is called after it. */
  close(): void;
}

export function createAudioDecoder(format: AudioFormat, sampleRate: number, opus: Opus): AudioDecoder {
  if (format === AudioFormat.OGG_OPUS) return new OggOpusDecoder(opus.createDecoder(sampleRate), sampleRate);
  const pcm = new Pcm16Decoder();
  return { push: (bytes) => pcm.push(bytes), close: () => undefined };
}
