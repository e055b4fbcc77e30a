/** A session's part of what waits in all of them. */
export interface QueueShare {
  /** As much waits in all as may, and here more than an equal share of that. */
  readonly isFull: boolean;
  /** Says what waits here now. */
  set(bytes: number): void;
  leave(): void;
}

/**
 * The bytes that wait in all sessions of a server together, against one limit. At it, who holds more than an equal share is
 * full; the others read on, so a few that flood never cost the rest their speech. Who is full has something to work on, and
 * sees for itself when there is room.
 */
export class SharedQueue {
  readonly #limit: number;
  #bytes = 0;
  #sessions = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What waits in all. */
  get bytes(): number {
    return this.#bytes;
  }

  join(): QueueShare {
    let held = 0;
    let joined = true;
    const set = (bytes: number): void => {
      if (!joined || bytes === held) return;
      this.#bytes += bytes - held;
      held = bytes;
    };
    const isFull = (): boolean => this.#bytes >= this.#limit && held > this.#limit / this.#sessions;
    this.#sessions++;
    return {
      get isFull() { return isFull(); },
      set,
      leave: () => {
        set(0);
        if (joined) this.#sessions--;
        joined = false;
      },
    };
  }
}
