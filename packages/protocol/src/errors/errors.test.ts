import { describe, expect, it } from 'vitest';
import { ERROR_CODES, isErrorCode, VisavisError } from './index.js';

describe('VisavisError', () => {
  it('takes its traits from the code, unless told', () => {
    const expired = new VisavisError('sessionTokenExpired', 'fetch a new token');
    expect([expired.fatal, expired.retryable]).toEqual([true, true]);
    const told = new VisavisError('sessionTokenExpired', 'x', { fatal: false, retryable: false, detail: { status: 401 } });
    expect([told.fatal, told.retryable, told.detail['status']]).toEqual([false, false, 401]);
  });

  it('is known by its marker, across copies of the class', () => {
    const foreign = { [Symbol.for('visavis.error')]: true, code: 'noAudio' };
    expect(VisavisError.isInstance(foreign)).toBe(true);
    expect(VisavisError.isInstance(new Error('noAudio'))).toBe(false);
    expect(VisavisError.isInstance(null)).toBe(false);
  });

  it('wraps what is not one, and leaves what is', () => {
    const cause = new TypeError('fetch failed');
    const wrapped = VisavisError.from(cause, 'connectionFailed');
    expect([wrapped.code, wrapped.message, wrapped.cause]).toEqual(['connectionFailed', 'fetch failed', cause]);
    expect(VisavisError.from(wrapped, 'unknown')).toBe(wrapped);
    expect(VisavisError.from('odd', 'unknown').message).toBe('odd');
  });

  it('knows its codes and no inherited name', () => {
    expect(Object.keys(ERROR_CODES).every(isErrorCode)).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
    expect(isErrorCode(3)).toBe(false);
  });
});
