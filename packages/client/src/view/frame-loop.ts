/** The browser's clock and display refresh, injected for tests. */
export interface FrameTimer {
  /** Milliseconds, not going back. */
  now(): number;
  request(callback: () => void): number;
  cancel(handle: number): void;
}

export const BROWSER_TIMER: FrameTimer = {
  now: () => performance.now(),
  request: (callback) => requestAnimationFrame(callback),
  cancel: (handle) => cancelAnimationFrame(handle),
};

/** Calls `draw` at every display refresh while it is wanted: between `resume` and `pause`, in a visible document. */
export class FrameLoop {
  readonly #timer: FrameTimer;
  readonly #draw: (nowMs: number) => void;
  #handle: number | undefined;
  #enabled = true;

  constructor(draw: (nowMs: number) => void, timer: FrameTimer = BROWSER_TIMER) {
    this.#timer = timer;
    this.#draw = draw;
    document.addEventListener('visibilitychange', this.#update);
    this.#update();
  }

  get isEnabled(): boolean {
    return this.#enabled;
  }

  pause(): void {
    this.#enabled = false;
    this.#update();
  }

  resume(): void {
    this.#enabled = true;
    this.#update();
  }

  dispose(): void {
    this.pause();
    document.removeEventListener('visibilitychange', this.#update);
  }

  readonly #update = (): void => {
    const wanted = this.#enabled && !document.hidden;
    if (wanted) this.#handle ??= this.#timer.request(this.#tick);
    else if (this.#handle !== undefined) {
      this.#timer.cancel(this.#handle);
      this.#handle = undefined;
    }
  };

  readonly #tick = (): void => {
    this.#handle = undefined;
    // Asked for first: a draw that throws must not end the loop.
    this.#update();
    this.#draw(this.#timer.now());
  };
}
