/** Counts the sessions of each app against one limit. */
export class SessionPlaces {
  readonly #limit: number;
  readonly #taken = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a place; the result gives it back, once. `undefined` where there is none left. */
  claim(appId: string): (() => void) | undefined {
    const taken = this.#taken.get(appId) ?? 0;
    if (taken >= this.#limit) return undefined;
    this.#taken.set(appId, taken + 1);
    let held = true;
    return () => {
      if (held) this.#release(appId);
      held = false;
    };
  }

  #release(appId: string): void {
    const left = (this.#taken.get(appId) ?? 0) - 1;
    if (left > 0) this.#taken.set(appId, left);
    else this.#taken.delete(appId);
  }
}
