/**
 * What is published: the messages of any source of audio and motion, as Visavis' server SDK hands them out. Shapes only:
 * nothing of that SDK is needed here.
 */
interface SpeechFacts {
  /** One utterance, from its first audio to its end. */
  readonly reqId: string;
  /** Of audio: the request's last. Of motion: the request's last message of all. */
  readonly end: boolean;
}

/** A Motion Server message as it came. */
export interface SpeechEnvelope extends SpeechFacts {
  readonly kind: 'envelope';
  readonly bytes: Uint8Array;
  /** The end of a request that was cut: of no interest any more. */
  readonly interrupted?: boolean;
}

export interface SpeechPcm extends SpeechFacts {
  readonly kind: 'pcm';
  /** Mono s16le. */
  readonly pcm: Uint8Array;
  /** Hz. */
  readonly sampleRate: number;
}

export type SpeechMessage = SpeechEnvelope | SpeechPcm;

export interface SpeechListener {
  onAudio(message: SpeechMessage): void;
  onMotion(message: SpeechEnvelope): void;
  /** What came so far is cut: silence at once. */
  onInterrupt?(): void;
}

/** Any source of audio and motion; an `AvatarSession` is one. */
export interface SpeechStream {
  /** Adds a listener; the returned function takes it away again. */
  subscribe(listener: SpeechListener): () => void;
}
