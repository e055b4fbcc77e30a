import type { VisavisError } from '@visavis/protocol/errors';

/** Where a source's samples go. */
export interface SourceSink {
  readonly sampleRate: number;
  /** Audio handed on and not yet rendered, in milliseconds. */
  readonly aheadMs: number;
  /** A source hands on no more than this. */
  readonly targetAheadMs: number;
  /** Whether a part that is missing may still be waited for. */
  readonly mayWait: boolean;
  write(samples: Float32Array): void;
  end(): void;
  onError(error: VisavisError): void;
}

/** One utterance's audio in one form, turned into samples as they are needed. */
export interface AudioSource {
  /** Milliseconds of the utterance that came. */
  readonly receivedMs: number;
  /** Bytes that wait to be turned into samples. */
  readonly byteLength: number;
  /** No more will be pushed. */
  end(): void;
  /** Hands samples on until enough are ahead. */
  pump(): void;
  close(): void;
}
