import type { WebSocket } from 'ws';
import type { Clock } from './clock.js';
import { Signal } from './signal.js';

export interface OutboxLimits {
  /** Bytes on their way; more than this and the reader is behind. */
  readonly maxUnsentBytes: number;
  /** How long a reader may be behind before it is given up. */
  readonly slowReaderMs: number;
}

/** What a session sends: knows how much the reader has not taken yet, and gives up one that stays behind. */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #limits: OutboxLimits;
  readonly #clock: Clock;
  readonly #onCaughtUp: () => void;
  readonly #caughtUp = new Signal();
  #unsent = 0;
  #stopWaiting: (() => void) | undefined;

  /** `onCaughtUp` is called each time the reader is no longer behind. */
  constructor(socket: WebSocket, limits: OutboxLimits, clock: Clock, onCaughtUp: () => void) {
    this.#socket = socket;
    this.#limits = limits;
    this.#clock = clock;
    this.#onCaughtUp = onCaughtUp;
  }

  /** More waits for the reader than may. */
  get isBehind(): boolean {
    return this.#unsent > this.#limits.maxUnsentBytes;
  }

  /** Sends one binary message; on a closed socket it is dropped. */
  send(bytes: Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#unsent += bytes.length;
    this.#socket.send(bytes, () => this.#handleWritten(bytes.length));
    if (this.isBehind) this.#stopWaiting ??= this.#clock.after(this.#limits.slowReaderMs, () => this.#socket.terminate());
  }

  /** Resolves when the reader has kept up, or the socket is closed. */
  async drained(): Promise<void> {
    while (this.isBehind && this.#socket.readyState === this.#socket.OPEN) await this.#caughtUp.wait();
  }

  /** The socket is closed: nothing waits any more. */
  close(): void {
    this.#stopWaiting?.();
    this.#caughtUp.raise();
  }

  #handleWritten(length: number): void {
    const wasBehind = this.isBehind;
    this.#unsent -= length;
    if (!wasBehind || this.isBehind) return;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#caughtUp.raise();
    this.#onCaughtUp();
  }
}
