import { createPose, MASK, type Frame, type Pose } from '@visavis/face';

/** A frame of the engine: `index` counts frames from the utterance's start, `timeMs` is index * 1000 / fps. */
export interface MotionFrame extends Frame {
  readonly index: number;
}

/** The last stretch of an utterance, in which what still moves eases to rest. Frames in it wait for more audio or the end. */
export const RELEASE_MS = 50;

export interface FrameClock {
  readonly fps: number;
  readonly poseRateHz: number;
  /** Time of the first pose, from the utterance's first sample. */
  readonly originMs: number;
  /** Frames before this time are left out. */
  readonly startMs: number;
}

/**
 * Resamples a model's poses in time to frames: linear between poses, the last pose held. Keeps the poses that coming
 * frames still need. A frame is let out when the audio is known to go on for RELEASE_MS after it, or to have ended.
 */
export class FrameSampler {
  readonly #clock: FrameClock;
  #poses: Float32Array[] = [];
  /** Number of the first pose kept, and of the next frame. */
  #base = 0;
  #next = 0;

  constructor(clock: FrameClock) {
    this.#clock = clock;
    this.reset();
  }

  reset(): void {
    const { startMs, fps } = this.#clock;
    this.#poses = [];
    this.#base = 0;
    this.#next = Math.max(0, Math.floor((startMs * fps) / 1000) - 1);
    while (this.#timeOf(this.#next) < startMs) this.#next++;
  }

  /** Time of the next frame. */
  get nextMs(): number {
    return this.#timeOf(this.#next);
  }

  add(poses: readonly Float32Array[]): void {
    for (const pose of poses) this.#poses.push(pose);
  }

  /** The frames that are ready, given the audio so far ends at `untilMs`, and whether it `ended` there. */
  take(untilMs: number, ended: boolean): MotionFrame[] {
    const frames: MotionFrame[] = [];
    const last = ended ? untilMs : untilMs - RELEASE_MS;
    for (let timeMs = this.nextMs; timeMs < last; timeMs = this.nextMs) {
      const pose = this.#poseAt(timeMs, ended);
      if (!pose) break;
      if (ended) release(pose, (untilMs - timeMs) / RELEASE_MS);
      frames.push({ index: this.#next++, timeMs, pose });
    }
    this.#forget();
    return frames;
  }

  #timeOf(index: number): number {
    return (index * 1000) / this.#clock.fps;
  }

  #position(timeMs: number): number {
    return ((timeMs - this.#clock.originMs) * this.#clock.poseRateHz) / 1000;
  }

  #poseAt(timeMs: number, ended: boolean): Pose | undefined {
    const position = this.#position(timeMs);
    const from = Math.floor(position);
    const held = ended ? this.#poses.at(-1) : undefined;
    const a = this.#poses[from - this.#base] ?? held;
    const b = position > from ? (this.#poses[from + 1 - this.#base] ?? held) : a;
    return a && b && createPose(blend(a, b, position - from));
  }

  /** Drops poses before the next frame; the very last is kept, to be held. */
  #forget(): void {
    const unneeded = Math.min(this.#poses.length - 1, Math.floor(this.#position(this.nextMs)) - this.#base);
    if (unneeded <= 0) return;
    this.#poses.splice(0, unneeded);
    this.#base += unneeded;
  }
}

function blend(from: Float32Array, to: Float32Array, t: number): Float32Array {
  const values = new Float32Array(from.length);
  for (let i = 0; i < values.length; i++) values[i] = from[i]! + (to[i]! - from[i]!) * t;
  return values;
}

/** Eases the speech channels towards rest: all of them at 1 and above, none at 0 (smoothstep between). */
function release({ values }: Pose, left: number): void {
  if (left >= 1) return;
  const share = left * left * (3 - 2 * left);
  for (let i = 0; i < values.length; i++) if (MASK.speech[i] === 1) values[i]! *= share;
}
