/**
 * Errors as every package and every wire speaks them: a string code, `fatal`, `retryable` and a sentence
 * that says what to do. Recognised by marker, so that two copies of this package understand each other.
 */
export { ERROR_CODES, isErrorCode, type ErrorCode } from './codes.js';
export { VisavisError, type VisavisErrorOptions } from './visavis-error.js';
