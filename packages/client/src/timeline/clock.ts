/**
 * Where playback is. Whatever carries the sound implements it: the audio worklet here, RTP in a room, a hand-turned
 * clock in tests and offline exports.
 */
export interface PlaybackClock {
  /** Milliseconds of the utterance that have been heard. Never goes back while one utterance plays. */
  now(): number;
}

/** One-shot timers, injected so that tests turn time by hand. */
export interface Timer {
  /** Milliseconds on a clock that does not go back. */
  now(): number;
  /** Calls back once, `delayMs` from now; the result cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

export const SYSTEM_TIMER: Timer = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const handle = setTimeout(callback, delayMs);
    return () => clearTimeout(handle);
  },
};
