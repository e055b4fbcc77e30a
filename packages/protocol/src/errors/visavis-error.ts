import { ERROR_CODES, type ErrorCode } from './codes.js';

const MARKER = Symbol.for('visavis.error');

export interface VisavisErrorOptions {
  /** Overrides the code's usual trait. */
  readonly fatal?: boolean;
  readonly retryable?: boolean;
  readonly cause?: unknown;
  /** What the other side sent or where it happened: HTTP status, close code, reqId, connectionId. */
  readonly detail?: Readonly<Record<string, string | number>>;
}

/** An error with a code. Test with `VisavisError.isInstance`, never with `instanceof`. */
export class VisavisError extends Error {
  override readonly name = 'VisavisError';
  readonly code: ErrorCode;
  readonly fatal: boolean;
  readonly retryable: boolean;
  readonly detail: Readonly<Record<string, string | number>>;
  readonly [MARKER] = true;

  constructor(code: ErrorCode, message: string, options: VisavisErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fatal = options.fatal ?? ERROR_CODES[code].fatal;
    this.retryable = options.retryable ?? ERROR_CODES[code].retryable;
    this.detail = options.detail ?? {};
  }

  static isInstance(value: unknown): value is VisavisError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[MARKER] === true;
  }

  /** `value` itself where it already has a code, else an error with the given code that names it as its cause. */
  static from(value: unknown, code: ErrorCode): VisavisError {
    if (VisavisError.isInstance(value)) return value;
    const message = value instanceof Error ? value.message : String(value);
    return new VisavisError(code, message, { cause: value });
  }
}
