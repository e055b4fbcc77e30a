import type { Clock } from '@visavis/server-sdk';

/** A session that was given up is replaced after this, milliseconds; after twice as long each time that the new one says nothing either. */
const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;

/** When a session that was given up is replaced. */
export class Renewal {
  readonly #clock: Clock;
  /** Sessions that were given up since one has spoken. */
  #losses = 0;
  #now: () => void = () => undefined;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves as `renew` does, once it is time; with false where that is called off. */
  await(renew: () => Promise<boolean>): Promise<boolean> {
    const afterMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#losses++);
    return new Promise((resolve) => {
      const settle = (result: boolean | Promise<boolean>): void => {
        this.#now = this.#cancel = () => undefined;
        cancel();
        resolve(result);
      };
      const cancel = this.#clock.after(afterMs, () => this.#now());
      this.#now = () => settle(renew());
      this.#cancel = () => settle(false);
    });
  }

  /** Somebody waits for it. */
  hurry(): void {
    this.#now();
  }

  /** The session has spoken: when it is lost, it is replaced soon. */
  spoke(): void {
    this.#losses = 0;
  }

  cancel(): void {
    this.#cancel();
  }
}
