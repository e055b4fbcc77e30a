/** How far the camera goes from its place, in metres for a subject one metre away: aside, up, and towards it. */
const REACH = [0.022, 0.009, 0.016] as const;
/** Periods of the two waves of each axis, in seconds; no two have a small common multiple. */
const PERIODS = [[17.3, 29.9], [13.7, 23.1], [19.1, 37.3]] as const;

/** The golden ratio's fraction: well-spread phases from consecutive seeds. */
const SPREAD = 0.61803398875;

/**
 * The slow breath of a camera held by hand: a few millimetres about the place where it stands, so that near and far move
 * against each other and the picture has depth; none while the system asks for less motion. The same seed gives the same path. Allocates nothing.
 */
export class CameraSway {
  readonly #phases: readonly number[];
  /** The offset of the last `advance`, for a subject one metre away. */
  readonly offset = new Float64Array(3);

  constructor(seed = 1) {
    this.#phases = Array.from({ length: 6 }, (_, i) => 2 * Math.PI * (((seed + 1) * SPREAD * (i + 1)) % 1));
  }

  advance(nowMs: number): Float64Array {
    if (prefersReducedMotion()) return this.offset.fill(0);
    for (let axis = 0; axis < 3; axis++) {
      const [slow, slower] = PERIODS[axis]!;
      const wave = 0.6 * this.#wave(nowMs, slow, axis * 2) + 0.4 * this.#wave(nowMs, slower, axis * 2 + 1);
      this.offset[axis] = REACH[axis]! * wave;
    }
    return this.offset;
  }

  #wave(nowMs: number, seconds: number, phase: number): number {
    return Math.sin((2 * Math.PI * nowMs) / (seconds * 1000) + this.#phases[phase]!);
  }
}

let reducedMotion: MediaQueryList | undefined;

/** True while the system asks for less motion. Allocates nothing after the first call. */
function prefersReducedMotion(): boolean {
  reducedMotion ??= globalThis.matchMedia?.('(prefers-reduced-motion: reduce)');
  return reducedMotion?.matches ?? false;
}
