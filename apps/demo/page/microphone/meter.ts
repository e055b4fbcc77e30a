import { make } from '../dom.js';

const STEPS = 16;
/** From here on a step is drawn as loud. */
const HIGH = 13;
/** How fast the meter falls, of its whole length a second. */
const FALL_PER_S = 2.5;
/** The value that assistive technology reads changes as often. */
const TOLD_MS = 250;

/** The level of the microphone as a row of steps and as `--level` of the button's ring: rises at once, falls slowly. */
export class Meter {
  readonly #element: HTMLElement;
  readonly #ring: HTMLElement;
  readonly #steps: readonly HTMLElement[];
  #shown = 0;
  #atMs = 0;
  #toldMs = 0;

  constructor(element: HTMLElement, ring: HTMLElement) {
    this.#element = element;
    this.#ring = ring;
    this.#steps = Array.from({ length: STEPS }, (_, i) => make('i', i >= HIGH ? 'high' : ''));
    element.append(...this.#steps);
  }

  /** `level` 0..1. */
  show(level: number, nowMs: number): void {
    const fallen = this.#shown - (FALL_PER_S * (nowMs - this.#atMs)) / 1_000;
    this.#shown = Math.max(level, fallen, 0);
    this.#atMs = nowMs;
    const lit = Math.round(this.#shown * STEPS);
    this.#steps.forEach((step, i) => step.classList.toggle('lit', i < lit));
    this.#ring.style.setProperty('--level', this.#shown.toFixed(2));
    if (nowMs - this.#toldMs < TOLD_MS && level > 0) return;
    this.#toldMs = nowMs;
    this.#element.setAttribute('aria-valuenow', String(Math.round(100 * this.#shown)));
  }

  clear(): void {
    this.#shown = 0;
    this.show(0, 0);
  }
}
