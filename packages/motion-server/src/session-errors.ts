import { MotionInputError } from '@visavis/motion';
import { VisavisError } from '@visavis/protocol/errors';
import { CLOSE_CODE } from '@visavis/protocol/ingress';
import { refusal } from './refusal.js';

/** What ends a session or refuses a message of it, in words that other SDKs know these errors by. */
export const sessionError = {
  noPlace: () => refusal('concurrentLimitExceeded', 'too many sessions of this app at once', 'close other sessions of this app, or raise maxSessionsPerApp'),
  noHandshake: (ms: number) => refusal('protocolError', `expected ClientConfigureSession message within ${ms} ms`, 'send it as soon as the connection is open'),
  idle: (ms: number) => refusal('idleTimeout', `no audio input for ${ms / 1000} seconds`, 'open a new session when there is audio'),
  silent: (ms: number) => refusal('idleTimeout', `livekit silence timeout: no audio input for ${ms / 1000} seconds`, 'open a new session when there is audio'),
  tooLong: () => refusal('sessionDurationExceeded', 'session time limit reached', 'open a new session'),
  tokenExpired: () => refusal('sessionTokenExpired', 'token is expired', 'open a new session with a new token'),
  draining: () => refusal('draining', 'the server is shutting down', 'connect again now'),
  tooManyBad: (count: number) => refusal(
    'protocolError', `unexpected message type or contents, more than ${count} times`, 'send binary messages of the protocol only, in a new session',
  ),
  unexpected: (message: string, cause?: unknown) => refusal(
    'protocolError', message, 'send ClientAudioInput and ClientInterrupt messages only', { fatal: false, cause },
  ),
  /** `closeCode` is what `ws` closes with. */
  broken: (closeCode: number, maxMessageBytes: number) => closeCode === CLOSE_CODE.messageTooLarge
    ? refusal('messageTooLarge', `a message has more than ${maxMessageBytes} bytes`, 'send the audio of a request in smaller messages', { fatal: true })
    : refusal('protocolError', 'a WebSocket frame is broken', 'check what is between the two: a proxy, or the WebSocket library'),
};

/** What the client is told of a failed request: what it did wrong, or only that the server failed. */
export function asRequestError(cause: unknown): VisavisError {
  if (VisavisError.isInstance(cause)) return cause;
  if (cause instanceof MotionInputError) return refusal('invalidRequest', cause.message, 'change what the message names, and send the request again', { cause });
  return refusal('serverError', 'this request failed on the server', 'send it again', { fatal: false, cause });
}
