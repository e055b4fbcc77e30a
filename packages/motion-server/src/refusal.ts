import { VisavisError, type ErrorCode, type VisavisErrorOptions } from '@visavis/protocol/errors';

/** An error that a client is told: `message` says what is wrong, `hint` what to do about it. */
export function refusal(code: ErrorCode, message: string, hint: string, options: Omit<VisavisErrorOptions, 'detail'> = {}): VisavisError {
  return new VisavisError(code, message, { ...options, detail: { hint } });
}

/** What to do about an error, from `refusal`; empty where it does not say. */
export function hintOf(error: VisavisError): string {
  return String(error.detail['hint'] ?? '');
}
