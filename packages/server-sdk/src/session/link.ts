import type { WebSocket } from 'ws';
import {
  CAPABILITIES_PARAM, closeCodeOf, decodeEnvelope, encodeEnvelope, parseCapabilities,
  type Capability, type EnvelopeBodies, type ServerConfirmSession, type ServerResponseAnimation,
} from '@visavis/protocol/ingress';
import type { ErrorCode, VisavisError } from '@visavis/protocol/errors';
import type { Clock } from '../clock.js';
import { binaryOf } from '../binary.js';
import { closeSocket } from '../closing.js';
import { keepAlive } from '../keepalive.js';
import { closeFailure, codedError, serverFailure } from './failure.js';

/** Below this much waiting to be sent a link takes more, bytes. */
export const LOW_WATER_BYTES = 1024 * 1024;

export interface LinkEvents {
  /** A reply's message, and the bytes it came in. */
  readonly onResponse: (response: ServerResponseAnimation, bytes: Uint8Array) => void;
  /** What the server complained of; a complaint that announces a close that others can make good is held back until then. */
  readonly onError: (error: VisavisError) => void;
  /** The connection is over: once, last; with what ended it unless that was clean or is already reported. */
  readonly onClosed: (closeCode: number, error: VisavisError | undefined) => void;
}

/** Complaints after which another connection may do, whatever this one said. */
const PASSING: readonly ErrorCode[] = ['draining', 'serverError', 'sessionTokenExpired'];

/** One confirmed connection to an ingress. Knows messages and bytes, not requests: a session may outlive it. */
export class IngressLink {
  readonly connectionId: string;
  readonly granted: ReadonlySet<Capability>;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #events: LinkEvents;
  #drained: { promise: Promise<void>; resolve: () => void } | undefined;
  #reported: VisavisError | undefined;
  #held: VisavisError | undefined;
  #closed: Promise<void> | undefined;

  constructor(socket: WebSocket, confirm: ServerConfirmSession, clock: Clock, events: LinkEvents) {
    this.#socket = socket;
    this.#clock = clock;
    this.#events = events;
    this.connectionId = confirm.connectionId;
    this.granted = parseCapabilities(confirm.granted[CAPABILITIES_PARAM]);
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(binaryOf(data, isBinary)));
    socket.once('close', (code: number, reason: Buffer) => this.#end(code, reason.toString('utf8')));
    keepAlive(socket, clock);
  }

  /** Bytes given to `send` that the network has not taken. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send<K extends 'clientAudioInput' | 'clientInterrupt'>(kind: K, body: EnvelopeBodies[K]): void {
    this.#socket.send(encodeEnvelope(kind, body), () => this.#settleDrain());
  }

  /** Resolves when little waits to be sent, or when the connection is over. */
  drained(): Promise<void> {
    if (this.#isDrained()) return Promise.resolve();
    if (!this.#drained) {
      let resolve = (): void => undefined;
      const promise = new Promise<void>((done) => (resolve = done));
      this.#drained = { promise, resolve };
    }
    return this.#drained.promise;
  }

  /** Closes the connection; resolves when it is closed. */
  close(): Promise<void> {
    this.#closed ??= closeSocket(this.#socket, this.#clock, 1000);
    return this.#closed;
  }

  #isDrained(): boolean {
    return this.#socket.readyState !== this.#socket.OPEN || this.#socket.bufferedAmount <= LOW_WATER_BYTES;
  }

  #settleDrain(): void {
    if (!this.#drained || !this.#isDrained()) return;
    this.#drained.resolve();
    this.#drained = undefined;
  }

  #receive(bytes: Uint8Array | undefined): void {
    // Text frames are ignored after the handshake, and so is everything that trails a local close.
    if (!bytes || this.#closed) return;
    this.#releaseHeld();
    const envelope = this.#decode(bytes);
    if (envelope?.case === 'serverResponseAnimation') this.#events.onResponse(envelope.value, bytes);
    if (envelope?.case === 'serverError') this.#report(serverFailure(envelope.value, 'websocket_runtime'));
  }

  #decode(bytes: Uint8Array): ReturnType<typeof decodeEnvelope> | undefined {
    try {
      return decodeEnvelope(bytes);
    } catch (cause) {
      const { connectionId } = this;
      const text = 'the server sent bytes that are no message; it was skipped';
      this.#events.onError(codedError('protocolError', { phase: 'websocket_runtime', text, connectionId, cause, fatal: false }));
      return undefined;
    }
  }

  #report(error: VisavisError): void {
    if (error.fatal && PASSING.includes(error.code)) {
      this.#held = error;
      return;
    }
    if (error.fatal) this.#reported = error;
    this.#events.onError(error);
  }

  /** The server goes on: what it said was no farewell. */
  #releaseHeld(): void {
    if (this.#held) this.#events.onError(this.#held);
    this.#held = undefined;
  }

  #end(code: number, reason: string): void {
    this.#settleDrain();
    const alreadySaid = this.#reported !== undefined && closeCodeOf(this.#reported.code) === code;
    const failure = this.#held ?? closeFailure(code, reason, this.connectionId);
    this.#events.onClosed(code, this.#closed || alreadySaid ? undefined : failure);
  }
}
