import type { WebSocket } from 'ws';

/** A socket, and how many bytes have come over its connection, whole messages or not. */
export interface Connection {
  readonly socket: WebSocket;
  bytesRead(): number;
}

/** Whether a session listens: stops and starts the reading of its socket, and knows if anything was heard of late. */
export class Ear {
  readonly #connection: Connection;
  #bytesSeen = 0;
  /** It did not listen, now or at some time since it was last asked: silence then says nothing. */
  #wasShut = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  shut(): void {
    this.#wasShut = true;
    this.#connection.socket.pause();
  }

  open(): void {
    if (this.#connection.socket.isPaused) this.#connection.socket.resume();
  }

  /** Whether the other side may be alive for all that was heard since the last call. */
  heard(): boolean {
    const bytes = this.#connection.bytesRead();
    const heard = this.#wasShut || bytes > this.#bytesSeen;
    this.#bytesSeen = bytes;
    this.#wasShut = this.#connection.socket.isPaused;
    return heard;
  }
}
