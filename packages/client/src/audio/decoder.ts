import type { VisavisError } from '@visavis/protocol/errors';

/** Turns packets of one stream into mono samples at 48 kHz, in order. A damaged packet gives silence of its length. */
export interface OpusDecoder {
  /** Its samples come to the decoder's sink, at once or later; `samples` (at 48 kHz) is how long it is. */
  decode(packet: Uint8Array, samples: number): void;
  /** Resolves when the samples of all packets have come. */
  flush(): Promise<void>;
  close(): void;
}

export interface DecoderSink {
  onSamples(samples: Float32Array): void;
  /** `invalidAudioInput`; the stream goes on with silence in place of what was damaged. */
  onError(error: VisavisError): void;
}

export type CreateOpusDecoder = (sink: DecoderSink) => Promise<OpusDecoder>;
