import { QUALITY_NAMES, type QualityName } from './quality.js';

/** Frames are judged by windows of this length. */
const WINDOW_MS = 1_500;
/** A longer pause is not a slow frame: the page was hidden, or drawing was paused. */
const PAUSE_MS = 400;
/** After a change, shaders are compiled and textures sent: what happens then says nothing. */
const SETTLE_MS = 800;
/** A frame that comes later than this many display periods is late. */
const LATE = 1.4;
/** Share of late frames in a window: above the first a step down, below the second a calm window. */
const TOO_MANY = 0.3;
const FEW = 0.05;
/** Calm time before a step up, and how far it grows when steps up are taken back. */
const FIRST_PATIENCE_MS = 8_000;
const LONGEST_PATIENCE_MS = 128_000;
/** A mean interval within this factor of the one before the first step down: the steps did not help. */
const NO_BETTER = 1.1;
/** Frames a second that are tried for, where no fewer are wanted. */
const FRAME_RATE = 60;
/** Slower than this is no display's period, whatever the steps did. */
const SLOWEST_PERIOD_MS = 42;

/**
 * Chooses the quality by how frames keep up: down one step after a window with many late ones, up one after a long calm
 * time, which doubles each time a step up had to be taken back. Where stepping down to the lowest changes nothing, the
 * display itself is slow (a power saver, 30 Hz): its period is taken as it is and the quality goes back.
 * Told of drawn frames, it tells a step; it knows no clock and changes nothing.
 */
export class QualityGovernor {
  #step: number;
  /** Of the display or of the frames that are wanted, whichever is longer. */
  #period: number;
  #lastMs: number | undefined;
  #deafUntilMs = -Infinity;
  #frames = 0;
  #late = 0;
  #spanMs = 0;
  #calmMs = 0;
  #patienceMs = FIRST_PATIENCE_MS;
  #tryingUp = false;
  #before: { step: number; intervalMs: number } | undefined;

  /** `frameRate` is how many frames a second are wanted at most. */
  constructor(start: QualityName, frameRate = FRAME_RATE) {
    this.#step = QUALITY_NAMES.indexOf(start);
    this.#period = 1000 / Math.min(FRAME_RATE, frameRate);
  }

  get quality(): QualityName {
    return QUALITY_NAMES[this.#step]!;
  }

  /** Tells of a frame drawn at `nowMs` and returns the quality of the next one. */
  frame(nowMs: number): QualityName {
    const interval = nowMs - (this.#lastMs ?? nowMs);
    this.#lastMs = nowMs;
    if (interval <= 0 || interval > PAUSE_MS || nowMs < this.#deafUntilMs) return this.quality;
    this.#frames++;
    this.#spanMs += interval;
    if (interval > this.#period * LATE) this.#late++;
    if (this.#spanMs >= WINDOW_MS) this.#judge(nowMs);
    return this.quality;
  }

  #judge(nowMs: number): void {
    const share = this.#late / this.#frames;
    const intervalMs = this.#spanMs / this.#frames;
    const windowMs = this.#spanMs;
    this.#frames = this.#late = this.#spanMs = 0;
    if (share > TOO_MANY) this.#strained(intervalMs, nowMs);
    else this.#calm(share <= FEW ? windowMs : -this.#calmMs, nowMs);
  }

  #strained(intervalMs: number, nowMs: number): void {
    this.#calmMs = 0;
    if (this.#tryingUp) this.#patienceMs = Math.min(LONGEST_PATIENCE_MS, this.#patienceMs * 2);
    this.#tryingUp = false;
    if (this.#step > 0) {
      this.#before ??= { step: this.#step, intervalMs };
      this.#change(-1, nowMs);
    } else if (this.#before && intervalMs * NO_BETTER > this.#before.intervalMs && intervalMs < SLOWEST_PERIOD_MS) {
      this.#period = intervalMs;
      this.#change(this.#before.step, nowMs);
      this.#before = undefined;
    }
  }

  #calm(byMs: number, nowMs: number): void {
    this.#calmMs += byMs;
    if (this.#calmMs < this.#patienceMs) return;
    this.#calmMs = 0;
    this.#before = undefined;
    if (this.#tryingUp) this.#patienceMs = FIRST_PATIENCE_MS;
    this.#tryingUp = this.#step < QUALITY_NAMES.length - 1;
    if (this.#tryingUp) this.#change(1, nowMs);
  }

  #change(by: number, nowMs: number): void {
    this.#step += by;
    this.#deafUntilMs = nowMs + SETTLE_MS;
  }
}
