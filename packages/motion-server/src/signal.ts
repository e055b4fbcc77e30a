/** Wakes whoever waits for something to change. A raise nobody waits for is remembered until the next wait. */
export class Signal {
  #raised = false;
  #waiters: (() => void)[] = [];

  raise(): void {
    const waiters = this.#waiters;
    this.#raised = waiters.length === 0;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  /** Resolves at the next raise, or at once where there was one since the last wait. */
  wait(): Promise<void> {
    if (!this.#raised) return new Promise((resolve) => this.#waiters.push(resolve));
    this.#raised = false;
    return Promise.resolve();
  }
}
