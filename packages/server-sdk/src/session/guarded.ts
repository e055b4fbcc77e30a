import type { VisavisError } from '@visavis/protocol/errors';
import type { Clock } from '../clock.js';

export interface Guard {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The error of a wait that took too long. */
  readonly late: () => VisavisError;
  /** The error of a wait that was called off. */
  readonly aborted: () => VisavisError;
}

/**
 * One wait that ends exactly once: by its own outcome, its deadline or its signal. `begin` starts it and
 * returns what takes its listeners away again, which is done however it ended.
 */
export function guarded<T>(guard: Guard, begin: (resolve: (value: T) => void, reject: (error: VisavisError) => void) => () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let settled = false;
    // An outcome may come before `begin` has returned.
    let undo = (): void => undefined;
    const finish = (conclude: () => void): void => {
      if (settled) return;
      settled = true;
      cancel();
      guard.signal.removeEventListener('abort', abort);
      undo();
      conclude();
    };
    const abort = (): void => finish(() => reject(guard.aborted()));
    const cancel = guard.clock.after(guard.timeoutMs, () => finish(() => reject(guard.late())));
    guard.signal.addEventListener('abort', abort);
    if (guard.signal.aborted) return abort();
    undo = begin((value) => finish(() => resolve(value)), (error) => finish(() => reject(error)));
    if (settled) undo();
  });
}
