/** Things that arrive, and somebody who waits for one of them: no sleeping, no polling. */
export class Inbox<T> {
  readonly items: T[] = [];
  #waiting: { matches: (item: T) => boolean; resolve: (item: T) => void }[] = [];

  push(item: T): void {
    this.items.push(item);
    const [now, later] = [this.#waiting.filter((one) => one.matches(item)), this.#waiting.filter((one) => !one.matches(item))];
    this.#waiting = later;
    for (const one of now) one.resolve(item);
  }

  /** The first item, already here or yet to come, that matches. */
  first(matches: (item: T) => boolean): Promise<T> {
    const here = this.items.find(matches);
    if (here !== undefined) return Promise.resolve(here);
    return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
  }

  /** Resolves when `count` items have come. */
  async count(count: number): Promise<T[]> {
    if (this.items.length < count) await this.first(() => this.items.length >= count);
    return this.items.slice(0, count);
  }
}
