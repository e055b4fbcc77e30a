/** How backends' objects tell what happens to them: the relay's clients, a room's stage. Knows nothing of what is told. */

/** Adds a listener; the returned function takes it away again. */
export type Subscribe<T> = (listener: (value: T) => void) => () => void;

/** Listeners of one event. They run in the order they came; they must not throw, as any listener in Node. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  readonly subscribe: Subscribe<T> = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
