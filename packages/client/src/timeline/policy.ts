/**
 * When an utterance starts, and when it waits. Times in milliseconds; the figures are the latency budget of the design.
 */

/** Audio and motion that must be there before sound starts. */
export const START_BUFFER_MS = 60;
/** After this wait audio starts without motion, and what is missing at the utterance's start is given up. */
export const START_PATIENCE_MS = 200;
/** The most that motion is behind the sound while a voice speaks no faster than it is heard: its network's look-ahead and steps. */
const TRAIL_MS = 60;
/** Longer pieces come of a voice that is ahead of what is heard. */
const LONGEST_PIECE_MS = 240;
/** `strictSync` holds the sound when motion covers less than this beyond what is heard ... */
export const STRICT_LOW_MS = 20;
/** ... and lets it go on when motion covers this much again. */
export const STRICT_HIGH_MS = 80;

/** What happens when motion runs short: sound goes on and the mouth relaxes, or both wait. */
export type FrameStarvationMode = 'audioIndependent' | 'strictSync';

/** What is in store for one utterance. */
export interface Supply {
  /** Decoded audio ready to play. */
  readonly audioMs: number;
  /** The longest piece of audio that came. */
  readonly pieceMs: number;
  readonly audioEnded: boolean;
  /** Motion without a gap from the playback position on. */
  readonly motionMs: number;
  readonly motionEnded: boolean;
  /** Motion is there to the utterance's last sample. */
  readonly isCovered: boolean;
}

/**
 * How long after its first audio came the utterance may start with what is there; Infinity where more must come first.
 * `delayMs` is what this connection has taught to wait (`StartDelay`); speech that comes faster than it is heard does not wait for it.
 */
export function startsAtMs(supply: Supply, mode: FrameStarvationMode, delayMs = 0): number {
  return Math.max(audioStartsAtMs(supply, delayMs), motionStartsAtMs(supply, mode, delayMs));
}

function audioStartsAtMs({ audioMs, pieceMs, audioEnded }: Supply, delayMs: number): number {
  if (audioEnded) return 0;
  if (audioMs < START_BUFFER_MS) return Infinity;
  // At the pace of speech a piece more than was waited for is there by then.
  return audioMs >= delayMs + pieceMs ? 0 : delayMs;
}

function motionStartsAtMs({ audioMs, pieceMs, motionMs, motionEnded }: Supply, mode: FrameStarvationMode, delayMs: number): number {
  const trailMs = Math.max(delayMs, TRAIL_MS + STAND_IN_LOW_MS);
  // More than one piece brings, or all: it comes faster than it is seen.
  if (motionEnded || motionMs >= Math.min(pieceMs, LONGEST_PIECE_MS) + trailMs) return 0;
  // At the pace of speech motion would run short before each piece that comes, unless so much was waited for once.
  if (motionMs >= START_BUFFER_MS) return trailMs;
  const shortMs = motionMs > 0 ? Math.max(trailMs, audioMs - motionMs + STAND_IN_LOW_MS) : Infinity;
  return mode === 'audioIndependent' ? Math.min(shortMs, START_PATIENCE_MS) : shortMs;
}

/** Whether sound must wait for motion now, given whether it is waiting already. */
export function mustWaitForMotion(supply: Supply, waiting: boolean, mode: FrameStarvationMode): boolean {
  if (mode === 'audioIndependent' || supply.motionEnded) return false;
  return supply.motionMs < (waiting ? STRICT_HIGH_MS : STRICT_LOW_MS);
}

/** The mouth is moved by the sound itself when motion covers less than this beyond what is heard ... */
export const STAND_IN_LOW_MS = 20;
/** ... until motion covers this much again: both fades of a hand-over, and some. */
export const STAND_IN_HIGH_MS = 120;

/** Whether the stand-in moves the mouth now, given whether it does already. Sound that waits for motion needs none. */
export function mustStandIn({ motionMs, isCovered }: Supply, standingIn: boolean): boolean {
  return standingIn ? motionMs < STAND_IN_HIGH_MS : !isCovered && motionMs < STAND_IN_LOW_MS;
}
