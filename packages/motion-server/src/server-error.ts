import type { ErrorCode, VisavisError } from '@visavis/protocol/errors';
import { encodeEnvelope, SERVER_ERROR_CODE } from '@visavis/protocol/ingress';
import { hintOf } from './refusal.js';

/**
 * Numbers that peers without our additions tell errors by. The rest are known by their text; a bad sample rate must not
 * have the number of an invalid argument, or it would be taken for one.
 */
const NUMBERS: Partial<Record<ErrorCode, number>> = {
  invalidRequest: SERVER_ERROR_CODE.invalidArgument,
  messageTooLarge: SERVER_ERROR_CODE.invalidArgument,
  unsupportedSampleRate: SERVER_ERROR_CODE.badRequest,
  egressUnavailable: SERVER_ERROR_CODE.unavailable,
  invalidEgressConfig: SERVER_ERROR_CODE.unauthenticated,
  creditsExhausted: SERVER_ERROR_CODE.creditsExhausted,
  sessionDurationExceeded: SERVER_ERROR_CODE.sessionDurationExceeded,
};

/** One ServerError message: number and text for any peer, `detail` for those that know it. */
export function encodeServerError(error: VisavisError, connectionId: string, reqId = ''): Uint8Array {
  const { code, message, retryable } = error;
  return encodeEnvelope('serverError', {
    connectionId, reqId, code: NUMBERS[code] ?? SERVER_ERROR_CODE.none, message, detail: { code, retryable, hint: hintOf(error) },
  });
}
