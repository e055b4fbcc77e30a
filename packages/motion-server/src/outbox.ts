import type { WebSocket } from 'ws';
import type { Clock } from './clock.js';
import { Signal } from './signal.js';

export interface OutboxLimits {
  /** Bytes on their way; more than this and `drained` waits. */
  readonly maxUnsentBytes: number;
  /** How long `drained` waits before it gives the reader up. */
  readonly slowReaderMs: number;
}

/** What a session sends: knows how much the reader has not taken yet, and gives up one that takes nothing. */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #limits: OutboxLimits;
  readonly #clock: Clock;
  readonly #written = new Signal();
  #unsent = 0;

  constructor(socket: WebSocket, limits: OutboxLimits, clock: Clock) {
    this.#socket = socket;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Sends one binary message; on a closed socket it is dropped. */
  send(bytes: Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#unsent += bytes.length;
    this.#socket.send(bytes, () => {
      this.#unsent -= bytes.length;
      this.#written.raise();
    });
  }

  /** Resolves when the reader has kept up, or has been cut off. */
  async drained(): Promise<void> {
    if (this.#unsent <= this.#limits.maxUnsentBytes) return;
    const stop = this.#clock.after(this.#limits.slowReaderMs, () => {
      this.#socket.terminate();
      this.#written.raise();
    });
    while (this.#unsent > this.#limits.maxUnsentBytes && this.#socket.readyState === this.#socket.OPEN) await this.#written.wait();
    stop();
  }
}
