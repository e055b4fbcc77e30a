/** What both kinds of speech message say. */
interface SpeechFacts {
  readonly reqId: string;
  readonly connectionId: string;
  /** From `onAudio`: the request's last audio. From `onMotion`: the request's last message of all. */
  readonly end: boolean;
}

/** A Motion Server message, untouched: what clients are given. */
export interface EnvelopeMessage extends SpeechFacts {
  readonly kind: 'envelope';
  /** The whole envelope as it came; a view, not to be written to. */
  readonly bytes: Uint8Array;
  /** It holds encoded audio (a message of `onMotion` may hold both), so it must not be dropped. */
  readonly hasAudio: boolean;
  /** Time of its last frame, or where it has audio only the end of its last packet: milliseconds of the utterance. */
  readonly lastTimeMs?: number;
  /** The end of a request that `interrupt()` cut. Nothing else of such a request is delivered. */
  readonly interrupted: boolean;
}

/** The request's own PCM, handed back where the server does not send audio. */
export interface PcmMessage extends SpeechFacts {
  readonly kind: 'pcm';
  /** Mono s16le, as given to `sendAudio`; a view of it. */
  readonly pcm: Uint8Array;
  /** Hz. */
  readonly sampleRate: number;
}

export type SpeechMessage = EnvelopeMessage | PcmMessage;

/** What a listener of a session is told: see `AvatarSession.subscribe`. */
export interface SpeechListener {
  onAudio(message: SpeechMessage): void;
  onMotion(message: EnvelopeMessage): void;
  /** `interrupt()` was called: what came so far is cut. */
  onInterrupt?(): void;
}
