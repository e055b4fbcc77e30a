import { CLOSE_CODE, classifyFailure, type Failure, type ServerError } from '@visavis/protocol/ingress';
import { VisavisError, type ErrorCode } from '@visavis/protocol/errors';

/** Most of what a peer says of an error that is kept, bytes (of text: UTF-16 units). */
export const MAX_ERROR_TEXT = 4096;

export interface FailureFacts extends Failure {
  readonly reqId?: string;
  readonly connectionId?: string;
  readonly retryable?: boolean;
  readonly fatal?: boolean;
  readonly hint?: string;
  readonly cause?: unknown;
}

interface CodedFacts extends Omit<FailureFacts, 'detailCode'> {
  readonly closeCode?: number;
  readonly closeReason?: string;
}

/** What a backend's author can do about it. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  sessionTokenInvalid: 'check that consoleUrl and ingressUrl belong to the same Motion Server',
  sessionTokenExpired: 'check the API key and this machine\'s clock, then start a new session',
  appIDUnrecognized: 'check appId and the endpoint URLs',
  appIDMismatch: 'check that apiKey and appId belong together',
  avatarNotFound: 'check avatarId',
  draining: 'start a new session now',
  connectionFailed: 'check the endpoint URLs and that the Motion Server is running',
};

/** The error that a peer's failure stands for, with everything known of it in `detail`. */
export function failureError(facts: FailureFacts): VisavisError {
  return codedError(classifyFailure(facts), facts);
}

/** The same for a failure whose code is known. */
export function codedError(code: ErrorCode, facts: CodedFacts): VisavisError {
  const { text, retryable, cause, hint, fatal, ...rest } = facts;
  const said = text.slice(0, MAX_ERROR_TEXT) || (facts.status === undefined ? 'no reason given' : `HTTP status ${facts.status}`);
  const advice = hint || ADVICE[code];
  return new VisavisError(code, advice ? `${said}; ${advice.slice(0, MAX_ERROR_TEXT)}` : said, {
    ...(fatal === undefined ? {} : { fatal }),
    ...(retryable === undefined ? {} : { retryable }),
    ...(cause === undefined ? {} : { cause }),
    detail: known(rest),
  });
}

function known(facts: object): Record<string, string | number> {
  const entries = Object.entries(facts).filter(([key, value]) => key !== 'detailCode' && value !== undefined && value !== '');
  return Object.fromEntries(entries) as Record<string, string | number>;
}

/** What a `ServerError` says. */
export function serverFailure(error: ServerError, phase: Failure['phase']): VisavisError {
  const { detail } = error;
  return failureError({
    phase,
    serverCode: error.code,
    text: error.message,
    reqId: error.reqId,
    connectionId: error.connectionId,
    // An error that names a request leaves the session open.
    ...(error.reqId ? { fatal: false } : {}),
    ...(detail ? { detailCode: detail.code, retryable: detail.retryable, hint: detail.hint } : {}),
  });
}

/** Close codes that say why; any other abnormal close is `connectionClosed`. */
const BY_CLOSE_CODE: Readonly<Record<number, ErrorCode>> = {
  [CLOSE_CODE.messageTooLarge]: 'messageTooLarge',
  [CLOSE_CODE.draining]: 'draining',
  [CLOSE_CODE.quota]: 'creditsExhausted',
  [CLOSE_CODE.sessionTooLong]: 'sessionDurationExceeded',
  [CLOSE_CODE.concurrencyLimit]: 'concurrentLimitExceeded',
  [CLOSE_CODE.idleTimeout]: 'idleTimeout',
  [CLOSE_CODE.tokenExpired]: 'sessionTokenExpired',
};

/** What a close of an open session stands for; `undefined` for a clean one (1000, 1001). */
export function closeFailure(closeCode: number, closeReason: string, connectionId: string): VisavisError | undefined {
  if (closeCode === 1000 || closeCode === 1001) return undefined;
  const text = closeReason || `the connection was closed with code ${closeCode}`;
  const code = BY_CLOSE_CODE[closeCode] ?? 'connectionClosed';
  return codedError(code, { phase: 'websocket_runtime', text, connectionId, closeCode, closeReason, fatal: true });
}

/** Code, title, detail and message of an error body, in either of the public protocol's forms; else the body itself. */
export function reportedText(body: string): string {
  const parsed = parseJson(body);
  if (!isRecord(parsed)) return body;
  const reports = Array.isArray(parsed['errors']) ? parsed['errors'].filter(isRecord) : [];
  const texts = [...reports, parsed].flatMap((report) => [report['code'], report['title'], report['detail'], report['message']]);
  return texts.filter((text) => typeof text === 'string' && text !== '').join(': ') || body;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
