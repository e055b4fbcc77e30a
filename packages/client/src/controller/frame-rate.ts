/** How often poses were asked for. */
export interface FrameRateInfo {
  readonly framesPerSecond: number;
}

const WINDOW_MS = 1_000;

/** Counts frames and gives their rate about once a second. */
export class FrameRateMeter {
  #startMs: number | undefined;
  #frames = 0;

  /** Counts a frame at `nowMs`; the rate when a second is full, else undefined. */
  count(nowMs: number): FrameRateInfo | undefined {
    this.#startMs ??= nowMs;
    const elapsedMs = nowMs - this.#startMs;
    if (elapsedMs < WINDOW_MS) {
      this.#frames += 1;
      return undefined;
    }
    const framesPerSecond = (this.#frames * 1000) / elapsedMs;
    this.#startMs = nowMs;
    this.#frames = 1;
    return { framesPerSecond };
  }

  reset(): void {
    this.#startMs = undefined;
    this.#frames = 0;
  }
}
