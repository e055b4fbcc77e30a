import type { ErrorCode } from '../errors/index.js';

/** WebSocket close codes with a meaning of their own. */
export const CLOSE_CODE = {
  normal: 1000,
  protocolError: 1002,
  unsupportedData: 1003,
  policyViolation: 1008,
  messageTooLarge: 1009,
  serverError: 1011,
  draining: 1012,
  quota: 4001,
  sessionTooLong: 4002,
  concurrencyLimit: 4003,
  idleTimeout: 4004,
  tokenExpired: 4010,
} as const;

const BY_ERROR: Partial<Record<ErrorCode, number>> = {
  creditsExhausted: CLOSE_CODE.quota,
  sessionDurationExceeded: CLOSE_CODE.sessionTooLong,
  concurrentLimitExceeded: CLOSE_CODE.concurrencyLimit,
  idleTimeout: CLOSE_CODE.idleTimeout,
  sessionTokenExpired: CLOSE_CODE.tokenExpired,
  draining: CLOSE_CODE.draining,
  messageTooLarge: CLOSE_CODE.messageTooLarge,
  protocolError: CLOSE_CODE.protocolError,
  unsupportedSampleRate: CLOSE_CODE.policyViolation,
  invalidEgressConfig: CLOSE_CODE.policyViolation,
  egressUnavailable: CLOSE_CODE.policyViolation,
  invalidRequest: CLOSE_CODE.policyViolation,
};

/** The close code that goes with a fatal error. */
export function closeCodeOf(code: ErrorCode): number {
  return BY_ERROR[code] ?? CLOSE_CODE.serverError;
}
