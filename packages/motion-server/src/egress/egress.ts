import type { VisavisError } from '@visavis/protocol/errors';

/** A room that a session asked to speak into: the URL is allowed, and what its host stands for is settled. */
export interface EgressRequest {
  /** ws: or wss: URL of the LiveKit server, as the session gave it. */
  readonly url: string;
  /** The one IP address that may be connected to for it. */
  readonly address: string;
  /** Opens the room; where it is empty, `apiKey` and `apiSecret` make one. */
  readonly token: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly room: string;
  /** Of the avatar in the room. */
  readonly identity: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly avatarId: string;
  /** Of the audio that will be sent, Hz. */
  readonly sampleRate: number;
}

export interface EgressEvents {
  /** It is being mended. */
  onProblem(error: VisavisError): void;
  /** The room would not have it any more. At most once, last; not after `close`. */
  onEnd(error: VisavisError): void;
}

/** One session's way into its room. Requests come one at a time: the next begins when `played` of the last has resolved. */
export interface Egress {
  /** The next audio of a request, s16le mono at the rate that was asked for. */
  sendAudio(reqId: string, pcm: Uint8Array): void;
  /** A `ServerResponseAnimation` with motion only; with `end`, nothing more of the request comes, audio neither. */
  sendMotion(reqId: string, envelope: Uint8Array, end: boolean): void;
  /** Resolves when there is room for more: a minute is ready to be played at most. */
  ready(): Promise<void>;
  /** Resolves when all of the request was played, or when it was cut. */
  played(reqId: string): Promise<void>;
  /** Silence at once, and nothing more of this request; one that is over changes nothing. */
  interrupt(reqId: string): void;
  /** Leaves the room; resolves when it has. */
  close(): Promise<void>;
}

/**
 * Joins a room; resolves when the avatar is in it. Rejects with a `VisavisError`: `sessionTokenInvalid`,
 * `sessionTokenExpired` or `invalidConfiguration` where the request is at fault, any other where the room cannot be reached.
 */
export type OpenEgress = (request: EgressRequest, events: EgressEvents) => Promise<Egress>;
