/** Wakes whoever waits for something to change. A raise nobody waits for is remembered until the next wait. */
export class Signal {
  #raised = false;
  #waiters: (() => void)[] = [];

  raise(): void {
    this.#raised = true;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  /** Resolves at the next raise, or at once where there was one since the last wait. */
  async wait(): Promise<void> {
    if (!this.#raised) await new Promise<void>((resolve) => this.#waiters.push(resolve));
    this.#raised = false;
  }
}
