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

type Draw = (nowMs: number) => void;

/** Asks a timer for one callback a refresh, however many draw in it. */
class Refresh {
  readonly #timer: FrameTimer;
  readonly #draws = new Set<Draw>();
  #handle: number | undefined;

  constructor(timer: FrameTimer) {
    this.#timer = timer;
  }

  add(draw: Draw): void {
    this.#draws.add(draw);
    this.#handle ??= this.#timer.request(this.#tick);
  }

  remove(draw: Draw): void {
    this.#draws.delete(draw);
    if (this.#draws.size > 0 || this.#handle === undefined) return;
    this.#timer.cancel(this.#handle);
    this.#handle = undefined;
  }

  readonly #tick = (): void => {
    // Asked for first: whatever a draw does, the next refresh comes.
    this.#handle = this.#timer.request(this.#tick);
    const nowMs = this.#timer.now();
    for (const draw of [...this.#draws]) {
      // One that was taken out by another of this refresh is disposed of.
      if (this.#draws.has(draw)) guarded(draw, nowMs);
    }
  };
}

/** One view's error is told as any uncaught one is, and is no other view's. */
function guarded(draw: Draw, nowMs: number): void {
  try {
    draw(nowMs);
  } catch (error) {
    reportError(error);
  }
}

/** One for each timer: all views on a page share the browser's. */
const refreshes = new WeakMap<FrameTimer, Refresh>();

function refreshOf(timer: FrameTimer): Refresh {
  const known = refreshes.get(timer) ?? new Refresh(timer);
  refreshes.set(timer, known);
  return known;
}

/** Refreshes come a little early or late; a frame that is due by less than this is drawn. */
const EARLY_MS = 4;

export interface FrameLoopOptions {
  /** Nothing is drawn while it is off the screen. */
  readonly element: Element;
  readonly timer: FrameTimer;
  /** Frames a second at most. */
  readonly frameRate: number;
}

/**
 * Calls `draw` at display refreshes while it is wanted: between `resume` and `pause`, in a visible document, with its
 * element on the screen.
 */
export class FrameLoop {
  readonly #refresh: Refresh;
  readonly #draw: Draw;
  readonly #periodMs: number;
  readonly #sight: IntersectionObserver;
  #dueMs = -Infinity;
  #enabled = true;
  /** Until the browser says otherwise, so that the first picture does not wait for it. */
  #onScreen = true;

  constructor(draw: Draw, { element, timer, frameRate }: FrameLoopOptions) {
    this.#refresh = refreshOf(timer);
    this.#draw = draw;
    this.#periodMs = 1000 / frameRate;
    this.#sight = new IntersectionObserver((entries) => {
      this.#onScreen = entries.at(-1)!.isIntersecting;
      this.#update();
    });
    this.#sight.observe(element);
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
    this.#sight.disconnect();
    document.removeEventListener('visibilitychange', this.#update);
  }

  readonly #update = (): void => {
    if (this.#enabled && this.#onScreen && !document.hidden) this.#refresh.add(this.#tick);
    else this.#refresh.remove(this.#tick);
  };

  readonly #tick = (nowMs: number): void => {
    if (nowMs < this.#dueMs - EARLY_MS) return;
    // From when it was due, so that a display of 144 Hz gives 30 frames a second and not 28.8; after a pause from now.
    const sinceMs = nowMs - this.#dueMs > this.#periodMs ? nowMs : this.#dueMs;
    this.#dueMs = sinceMs + this.#periodMs;
    this.#draw(nowMs);
  };
}
