import { CHANNEL_COUNT, type ChannelMask, type Pose } from '@visavis/face';
import type { DecodedMotion } from '@visavis/protocol/motion';

/** Most frames one utterance may hold: 15 minutes at 60 fps, 12.5 MB. Further chunks are refused. */
export const MAX_TRACK_FRAMES = 54_000;

/** Frames this much older than the playback position are let go, in milliseconds. */
const KEEP_BEHIND_MS = 1_000;

/** Chunks further apart than this many frames have a gap between them. */
const GAP_FRAMES = 1.5;

/** One chunk's frames: `count` rows of 58 channels. */
interface Segment {
  readonly startMs: number;
  readonly endMs: number;
  readonly frameMs: number;
  readonly count: number;
  readonly mask: ChannelMask;
  readonly rows: Float32Array;
}

/** What became of a chunk. */
export type AddResult = 'added' | 'duplicate' | 'full';

/** Consecutive frames: each of `rows` holds the 58 channels of one. */
export interface MotionRows {
  readonly startMs: number;
  readonly fps: number;
  /** The channels that are driven; the same object for as long as they are the same. */
  readonly mask: ChannelMask;
  readonly rows: readonly ArrayLike<number>[];
}

/**
 * The motion of one utterance, in time order whatever order it came in. Bounded: see `MAX_TRACK_FRAMES`.
 * A chunk that begins where another does is a duplicate and dropped; an overlapping one yields to what comes after it.
 */
export class MotionTrack {
  readonly #segments: Segment[] = [];
  #frames = 0;
  #hint = 0;

  /** Frames held now. */
  get frameCount(): number {
    return this.#frames;
  }

  add({ frames, fps, mask, poses }: DecodedMotion): AddResult {
    return this.addRows({ startMs: frames[0]!.timeMs, fps, mask, rows: poses.map(({ values }) => values) });
  }

  /** As `add`, of motion that never was a chunk. */
  addRows({ startMs, fps, mask, rows: list }: MotionRows): AddResult {
    const at = this.#insertionIndex(startMs);
    if (this.#segments[at - 1]?.startMs === startMs) return 'duplicate';
    if (this.#frames + list.length > MAX_TRACK_FRAMES) return 'full';
    const frameMs = 1000 / fps;
    const rows = new Float32Array(list.length * CHANNEL_COUNT);
    list.forEach((row, i) => rows.set(row, i * CHANNEL_COUNT));
    this.#segments.splice(at, 0, { startMs, endMs: startMs + list.length * frameMs, frameMs, count: list.length, mask, rows });
    this.#frames += list.length;
    return 'added';
  }

  /** Lets go of what lies more than a second before `timeMs`. */
  trim(timeMs: number): void {
    while (this.#segments[0] && this.#segments[0].endMs < timeMs - KEEP_BEHIND_MS) {
      this.#frames -= this.#segments.shift()!.count;
      this.#hint = Math.max(0, this.#hint - 1);
    }
  }

  /** The time until which motion is there without a gap from `timeMs` on; `timeMs` itself where it is not covered. */
  coveredUntil(timeMs: number): number {
    let index = this.#indexAt(timeMs);
    let until = timeMs;
    for (; this.#segments[index] && this.#segments[index]!.startMs <= until + slack(this.#segments[index]!); index++) {
      until = Math.max(until, this.#segments[index]!.endMs);
    }
    return until;
  }

  /**
   * Writes the pose at `timeMs` into `out`, between its neighbouring frames, and returns the channels it drives;
   * undefined where no motion covers that time. Allocates nothing.
   */
  sample(timeMs: number, out: Pose): ChannelMask | undefined {
    const index = this.#indexAt(timeMs);
    const segment = this.#segments[index];
    if (!segment || timeMs < segment.startMs || timeMs >= segment.endMs + slack(segment)) return undefined;
    const place = Math.min((timeMs - segment.startMs) / segment.frameMs, segment.count);
    const row = Math.min(Math.floor(place), segment.count - 1);
    const next = row + 1 < segment.count ? segment : this.#following(index);
    const nextRow = row + 1 < segment.count ? row + 1 : 0;
    blendRows(segment.rows, row, next?.rows, nextRow, Math.min(1, place - row), out.values);
    return segment.mask;
  }

  #following(index: number): Segment | undefined {
    const segment = this.#segments[index]!;
    const next = this.#segments[index + 1];
    return next && next.startMs <= segment.endMs + slack(segment) ? next : undefined;
  }

  /** Index of the last segment that begins at or before `timeMs`, else 0. Cheap while time moves forward. */
  #indexAt(timeMs: number): number {
    let index = Math.min(this.#hint, Math.max(0, this.#segments.length - 1));
    while (index > 0 && this.#segments[index]!.startMs > timeMs) index--;
    while (this.#segments[index + 1] && this.#segments[index + 1]!.startMs <= timeMs) index++;
    this.#hint = index;
    return index;
  }

  #insertionIndex(startMs: number): number {
    let at = this.#segments.length;
    while (at > 0 && this.#segments[at - 1]!.startMs > startMs) at--;
    return at;
  }
}

/** How far beyond its end a segment still counts as joined to the next. */
function slack({ frameMs }: Segment): number {
  return (GAP_FRAMES - 1) * frameMs;
}

function blendRows(from: Float32Array, fromRow: number, to: Float32Array | undefined, toRow: number, t: number, out: Float32Array): void {
  const a = fromRow * CHANNEL_COUNT;
  const b = toRow * CHANNEL_COUNT;
  for (let i = 0; i < CHANNEL_COUNT; i++) {
    const value = from[a + i]!;
    out[i] = to ? value + (to[b + i]! - value) * t : value;
  }
}
