import type { WebSocket } from 'ws';
import { decodeClientMessage, encodeServerMessage, type ClientMessage, type ServerBodies } from '@visavis/protocol/downlink';
import { CLOSE_CODE } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';
import type { Clock } from '../clock.js';
import { binaryOf } from '../binary.js';
import { closeSocket } from '../closing.js';
import type { Pipe } from './outbox.js';
import type { ClientClose } from './relay-client.js';

export interface LineEvents {
  onMessage(message: ClientMessage): void;
  /** Once, last. */
  onClose(close: ClientClose): void;
}

/** One WebSocket of a client that has said hello. The stream it carries may outlive it. */
export class Line implements Pipe {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #events: LineEvents;
  #closing: Promise<void> | undefined;
  #broken = false;
  #abandoned = false;

  constructor(socket: WebSocket, clock: Clock, events: LineEvents) {
    this.#socket = socket;
    this.#clock = clock;
    this.#events = events;
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(binaryOf(data, isBinary)));
    // An accepted WebSocket has errors of its own only where the client sends what no WebSocket may.
    socket.on('error', () => { this.#broken = true; });
    socket.once('close', (code: number, reason: Buffer) => this.#end({ code, reason: reason.toString('utf8') }));
  }

  get isOpen(): boolean {
    return !this.#closing && this.#socket.readyState === this.#socket.OPEN;
  }

  /** The client broke the protocol, or could not keep up: it is not to go on where it was. */
  get isBroken(): boolean {
    return this.#broken;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(bytes: Uint8Array, sent: () => void): void {
    this.#socket.send(bytes, sent);
  }

  close(code: number, reason: string): Promise<void> {
    this.#closing ??= closeSocket(this.#socket, this.#clock, code, reason);
    return this.#closing;
  }

  /** Tells the client what ends its connection, ahead of anything that waits, and ends it. */
  fail(error: VisavisError, closeCode: number): void {
    this.#broken = true;
    this.#socket.send(encodeServerMessage('error', errorBody(error)), () => undefined);
    void this.close(closeCode, error.code);
  }

  /** Cuts it off; nothing more is heard of it. */
  abandon(): void {
    this.#abandoned = true;
    this.#socket.terminate();
  }

  #receive(bytes: Uint8Array | undefined): void {
    if (!bytes || !this.isOpen || this.#abandoned) return;
    let message: ClientMessage | undefined;
    try {
      message = decodeClientMessage(bytes);
    } catch (error) {
      return this.fail(VisavisError.from(error, 'protocolError'), CLOSE_CODE.protocolError);
    }
    if (message) this.#events.onMessage(message);
  }

  #end(close: ClientClose): void {
    if (!this.#abandoned) this.#events.onClose(close);
  }
}

/** An error as the downlink carries it. */
export function errorBody(error: VisavisError): ServerBodies['error'] {
  const { code, retryable, fatal, message, detail } = error;
  return { code, retryable, fatal, hint: message, reqId: String(detail['reqId'] ?? '') };
}
