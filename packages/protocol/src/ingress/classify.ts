import { isErrorCode, type ErrorCode } from '../errors/index.js';

/** Numbers of `ServerError.code` with a meaning of their own (the gRPC ones, and the public protocol's 4001, 4002). */
export const SERVER_ERROR_CODE = {
  none: 0,
  invalidArgument: 3,
  unavailable: 14,
  unauthenticated: 16,
  badRequest: 400,
  creditsExhausted: 4001,
  sessionDurationExceeded: 4002,
} as const;

/** What a peer said of a failure, in whichever form it came. */
export interface Failure {
  /** `ServerError.code`. */
  readonly serverCode?: number;
  /** HTTP status of a refused upgrade or token request. */
  readonly status?: number;
  /** Code, title, detail and message together. */
  readonly text: string;
  /** `ServerError.detail.code`, from a server that speaks our additions. */
  readonly detailCode?: string;
  readonly phase: 'session_token' | 'websocket_connect' | 'websocket_handshake' | 'websocket_runtime' | 'websocket_send';
}

/** Texts by which the public protocol tells errors apart, lower case; the first match wins. */
const TEXTS: readonly (readonly [ErrorCode, readonly string[]])[] = [
  ['creditsExhausted', ['credits exhausted']],
  ['sessionDurationExceeded', ['session time limit reached', 'maximum session duration']],
  ['billingRequired', ['session denied']],
  ['sessionTokenInvalid', ['invalid session token', 'empty token']],
  ['sessionTokenExpired', ['token is expired', 'session token expired']],
  ['appIDMismatch', ['app id mismatch']],
  ['appIDUnrecognized', ['appidunrecognized', 'app id unrecognized']],
  ['avatarNotFound', ['avatar not found']],
  ['unsupportedSampleRate', ['unsupported sample rate']],
  ['idleTimeout', ['livekit silence timeout', 'no audio input for']],
  ['invalidEgressConfig', [
    'livekit_egress', 'agora_egress', 'missing livekit credentials', 'provide api_token or both api_key and api_secret', 'unauthorized',
  ]],
  ['egressUnavailable', ['egress client is not configured on server', 'failed to create egress connection']],
  ['upstreamError', ['driven server returned non-200 status code', 'driven server request failed']],
  ['protocolError', [
    'expected clientconfiguresession message', 'clientconfiguresession message is nil', 'unexpected message type',
    'failed to unmarshal initial message',
  ]],
];

/** The error code that a peer's failure stands for, by the public protocol's rules, ours first where given. */
export function classifyFailure(failure: Failure): ErrorCode {
  if (isErrorCode(failure.detailCode)) return failure.detailCode;
  const text = failure.text.toLowerCase();
  return byNumber(failure.serverCode, text) ?? byText(text) ?? byStatus(failure.status) ?? byPhase(failure.phase);
}

function byNumber(code: number | undefined, text: string): ErrorCode | undefined {
  switch (code) {
    case SERVER_ERROR_CODE.invalidArgument:
      return /livekit|agora|egress/.test(text) ? 'invalidEgressConfig' : 'invalidRequest';
    case SERVER_ERROR_CODE.unauthenticated:
      return 'invalidEgressConfig';
    case SERVER_ERROR_CODE.unavailable:
      return 'egressUnavailable';
    case SERVER_ERROR_CODE.creditsExhausted:
      return 'creditsExhausted';
    case SERVER_ERROR_CODE.sessionDurationExceeded:
      return 'sessionDurationExceeded';
    default:
      return undefined;
  }
}

function byText(text: string): ErrorCode | undefined {
  return TEXTS.find(([, needles]) => needles.some((needle) => text.includes(needle)))?.[0];
}

function byStatus(status: number | undefined): ErrorCode | undefined {
  if (status === undefined || status < 400) return undefined;
  if (status === 401) return 'sessionTokenExpired';
  if (status === 402) return 'billingRequired';
  if (status === 404) return 'appIDUnrecognized';
  return status < 500 ? 'invalidRequest' : 'serverError';
}

function byPhase(phase: Failure['phase']): ErrorCode {
  return phase === 'websocket_handshake' || phase === 'websocket_runtime' ? 'serverError' : 'unknown';
}
