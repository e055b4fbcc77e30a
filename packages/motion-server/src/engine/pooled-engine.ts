import type { MotionFrame, SpeechTimes } from '@visavis/motion';
import { AudioHistory } from './audio-history.js';
import type { EngineOptions, RemoteEngine } from './host.js';

/** What an engine that replaces another hears before it goes on: as long as the model remembers noise and level. */
const WARMUP_MS = 4_000;
/** A request whose worker ended so often is taken to be the reason. */
const MAX_MOVES = 3;

/** The way to a worker. */
export interface EngineLane {
  /** Takes an engine in; its results come under the number. */
  enter(engine: PooledEngine): number;
  open(id: number, options: EngineOptions): void;
  tell(id: number, times: SpeechTimes): void;
  push(id: number, samples: Float32Array): void;
  finish(id: number): void;
  close(id: number): void;
}

interface Call {
  readonly kind: 'push' | 'finish';
  resolve(frames: MotionFrame[]): void;
  reject(error: Error): void;
}

/**
 * An engine in a worker. Keeps the audio that the next frame hangs on, 4 s and what is under way, what was told, and which
 * frame that is: where its worker ends, another goes on from there, and no frame is lost or repeated.
 */
export class PooledEngine implements RemoteEngine {
  readonly #options: EngineOptions;
  readonly #history: AudioHistory;
  /** What was told since it was opened; each is exact by itself, so they are not put together. */
  readonly #told: SpeechTimes[] = [];
  /** The lane to be in now. */
  readonly #choose: () => EngineLane | undefined;
  #lane: EngineLane | undefined;
  #id = 0;
  #call: Call | undefined;
  /** Results that are still to come, and the frames of those that came. */
  #awaited = 0;
  #frames: MotionFrame[] = [];
  /** The first frame that has not come. */
  #next: number;
  #moves = 0;
  #failure: Error | undefined;
  #closed = false;

  constructor(options: EngineOptions, choose: () => EngineLane | undefined) {
    this.#options = options;
    this.#history = new AudioHistory(options.sampleRate, options.startMs - options.warmupMs);
    this.#next = Math.max(0, Math.floor((options.startMs * options.fps) / 1000) - 1);
    this.#choose = choose;
    this.#enter(options);
  }

  get fps(): number {
    return this.#options.fps;
  }

  tell(times: SpeechTimes): void {
    this.#told.push(times);
    if (!this.#closed && !this.#failure) this.#lane?.tell(this.#id, times);
  }

  push(samples: Float32Array): Promise<MotionFrame[]> {
    this.#history.push(samples);
    return this.#begin('push', samples);
  }

  finish(): Promise<MotionFrame[]> {
    return this.#begin('finish');
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lane?.close(this.#id);
    this.#call?.resolve([]);
    this.#call = undefined;
  }

  /** A push or the end was worked on. */
  handleFrames(frames: readonly MotionFrame[]): void {
    const { endMs } = this.#history;
    for (const frame of frames) {
      // Rounding may put a frame on the other side of an edge in an engine that began elsewhere.
      if (frame.index < this.#next || frame.timeMs >= endMs) continue;
      this.#frames.push(frame);
      this.#next = frame.index + 1;
    }
    this.#history.forget(this.#resumeMs - WARMUP_MS);
    if (--this.#awaited > 0) return;
    this.#call?.resolve(this.#frames.splice(0));
    this.#call = undefined;
  }

  /** It cannot go on. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#call?.reject(error);
    this.#call = undefined;
  }

  /** Its worker is gone: goes on in another, or fails where there is none or it has moved too often. */
  move(): void {
    if (this.#failure) return;
    if (++this.#moves > MAX_MOVES) return this.fail(new Error(`the worker of this request ended ${this.#moves} times`));
    const { originMs, samples } = this.#history.from(this.#resumeMs - WARMUP_MS);
    this.#enter({ ...this.#options, startMs: this.#resumeMs, warmupMs: this.#resumeMs - originMs });
    this.#awaited = 0;
    this.#post('push', samples);
    if (this.#call?.kind === 'finish') this.#post('finish');
  }

  /** A whole millisecond at or before the next frame: sums of whole numbers are exact. */
  get #resumeMs(): number {
    return Math.max(this.#options.startMs, Math.floor((this.#next * 1000) / this.#options.fps));
  }

  #enter(options: EngineOptions): void {
    this.#lane = this.#choose();
    if (!this.#lane) return this.fail(new Error('no worker runs'));
    this.#id = this.#lane.enter(this);
    this.#lane.open(this.#id, options);
    for (const times of this.#told) this.#lane.tell(this.#id, times);
  }

  #begin(kind: Call['kind'], samples?: Float32Array): Promise<MotionFrame[]> {
    if (this.#closed) return Promise.resolve([]);
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#call = { kind, resolve, reject };
      this.#post(kind, samples);
    });
  }

  #post(kind: Call['kind'], samples: Float32Array = new Float32Array(0)): void {
    this.#awaited++;
    if (kind === 'push') this.#lane?.push(this.#id, samples);
    else this.#lane?.finish(this.#id);
  }
}
