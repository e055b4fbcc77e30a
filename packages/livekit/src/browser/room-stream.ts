import type { OutputStream } from '@visavis/client';
import type { Cue } from '@visavis/protocol/room';

/** Cues remembered: one for each break of the sound. */
const MAX_CUES = 16;
/** The end counts as heard this early: what is left of it is silence that fills a packet. */
const END_SLACK_MS = 5;
/** Sound that has stood still for this long at its end has ended. */
const STALLED_END_MS = 1_000;

/** What a stream asks of whoever hears its track. */
export interface HeardTrack {
  nowMs(): number;
  /** The backend's clock of what is heard now; undefined where nothing is, or its place is not known. */
  heardMs(): number | undefined;
  hold(stream: RoomStream, on: boolean): void;
  cut(stream: RoomStream): void;
}

/** One utterance in a room's track. Its sound comes and goes by itself; this says where in it we are. */
export class RoomStream implements OutputStream {
  readonly sampleRate = 48_000;
  readonly runsByItself = true;
  onProgress: (() => void) | undefined;
  refillMs = 0;
  readonly latencyMs = 0;
  readonly #track: HeardTrack;
  #cues: Cue[] = [];
  #untilMs = 0;
  #timeMs = 0;
  #aliveMs: number;
  #ended = false;
  #isOver = false;

  constructor(track: HeardTrack) {
    this.#track = track;
    this.#aliveMs = track.nowMs();
  }

  /** On the backend's clock, when the utterance's sound begins; undefined until that is known. */
  get beginsMs(): number | undefined {
    return this.#cues[0]?.atMs;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Where the sound goes on, and how much of it is there. */
  cue(cue: Cue): void {
    this.reach(cue.untilMs);
    const last = this.#cues.at(-1);
    if (last && cue.atMs <= last.atMs) return;
    this.#cues.push(cue);
    if (this.#cues.length > MAX_CUES) this.#cues.shift();
  }

  reach(untilMs: number): void {
    this.#untilMs = Math.max(this.#untilMs, untilMs);
  }

  /** The track is another now, whose clock may have any place: only what is said from here on holds. */
  forgetCues(): void {
    this.#cues = [];
  }

  now(): number {
    this.#timeMs = Math.max(this.#timeMs, this.measuredMs);
    return this.#timeMs;
  }

  get measuredMs(): number {
    const heardMs = this.#track.heardMs();
    if (heardMs === undefined) return this.#timeMs;
    const index = this.#cues.findLastIndex(({ atMs }) => atMs <= heardMs);
    const cue = this.#cues[index];
    if (!cue) return this.#timeMs;
    this.#aliveMs = this.#track.nowMs();
    const limitMs = this.#cues[index + 1] ? this.#cues[index + 1]!.timeMs : this.#untilMs;
    return Math.min(cue.timeMs + heardMs - cue.atMs, Math.max(limitMs, cue.timeMs));
  }

  get writtenMs(): number {
    return this.#untilMs;
  }

  get aheadMs(): number {
    return Math.max(0, this.#untilMs - this.now());
  }

  get isHeard(): boolean {
    const heardMs = this.#track.heardMs();
    return !this.#isOver && heardMs !== undefined && heardMs >= (this.beginsMs ?? Infinity) && this.now() < this.#untilMs;
  }

  get isStarved(): boolean {
    return !this.#ended && this.#cues.length > 0 && this.now() >= this.#untilMs;
  }

  get isFinished(): boolean {
    if (!this.#ended) return false;
    return this.now() >= this.#untilMs - END_SLACK_MS || this.#track.nowMs() - this.#aliveMs > STALLED_END_MS;
  }

  /** Nothing is written to a room. */
  write(): void {
    throw new Error('a room plays its own sound');
  }

  end(): void {
    this.#ended = true;
  }

  run(on: boolean): void {
    this.#track.hold(this, on);
  }

  cut(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#track.cut(this);
  }
}
