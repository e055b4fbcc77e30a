import { hostClockMs } from './publisher/messages.js';

/** Time, injected so that tests turn it by hand. */
export interface Clock {
  /** Milliseconds on a clock that does not go back. */
  nowMs(): number;
  /** Calls back once; the result cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

export const hostClock: Clock = {
  nowMs: hostClockMs,
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
