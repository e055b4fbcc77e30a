import type { Known } from '../../expression/index.js';

/** Frames of 20 ms. A contact lasts three, so that a player at 25 frames a second shows it whole. */
const FRAME_MS = 20;
const SHORTEST_FRAMES = 3;
/** Aiming so far past contact, and past its end, makes both complete in finite time. */
const BEYOND = 0.2;
/** Spelling only sharpens what is heard: factors on the score. */
const LIKELY = 1.4;
const UNLIKELY = 0.7;

export interface ContactRules {
  /** A score over `on` begins a contact, one under `off` ends it. */
  readonly on: number;
  readonly off: number;
  /** Time constants of coming and going. */
  readonly attackMs: number;
  readonly releaseMs: number;
}

/**
 * Whether a contact of the lips is made: by the network's curve, with hysteresis, or exactly as it is known to be. It comes
 * within a frame and goes within a few.
 */
export class Contact {
  readonly #rules: ContactRules;
  readonly #attack: number;
  readonly #release: number;
  #made = false;
  #frames = 0;
  #amount = 0;

  constructor(rules: ContactRules) {
    this.#rules = rules;
    this.#attack = 1 - Math.exp(-FRAME_MS / rules.attackMs);
    this.#release = 1 - Math.exp(-FRAME_MS / rules.releaseMs);
  }

  reset(): void {
    this.#made = false;
    this.#frames = 0;
    this.#amount = 0;
  }

  /** Moves one frame on; returns how far the contact is made, 0..1. */
  advance(score: number, known: Known): number {
    const made = typeof known === 'boolean' ? known : this.#decide(score * (known === 'likely' ? LIKELY : known === 'unlikely' ? UNLIKELY : 1));
    this.#frames = made === this.#made ? this.#frames + 1 : 1;
    this.#made = made;
    const aim = made ? 1 + BEYOND : -BEYOND;
    this.#amount += (aim - this.#amount) * (made ? this.#attack : this.#release);
    this.#amount = Math.min(1, Math.max(0, this.#amount));
    return this.#amount;
  }

  #decide(score: number): boolean {
    const { on, off } = this.#rules;
    if (!this.#made) return score > on;
    return this.#frames < SHORTEST_FRAMES || score >= off;
  }
}
