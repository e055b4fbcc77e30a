/** Time as the server sees it; tests bring their own. */
export interface Clock {
  /** Unix time in milliseconds. */
  unixMs(): number;
  /** Monotonic time in milliseconds, from an arbitrary origin. */
  nowMs(): number;
  /** Calls `fn` once, after `ms`; the result cancels it. A timer never keeps the process alive. */
  after(ms: number, fn: () => void): () => void;
}

export const systemClock: Clock = {
  unixMs: () => Date.now(),
  nowMs: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms).unref();
    return () => clearTimeout(timer);
  },
};
