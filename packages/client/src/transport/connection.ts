import { decodeServerMessage, encodeClientMessage, type ClientBodies, type ClientKind, type Numbers, type ServerMessage } from '@visavis/protocol/downlink';
import { VisavisError } from '@visavis/protocol/errors';
import type { Timer } from '../timeline/index.js';
import type { SocketLike } from './socket.js';

/** A connection without a welcome after this has failed. */
const WELCOME_TIMEOUT_MS = 10_000;
/** Pings are sent this often; without any message for two of them and a half the connection is dead. */
const PING_EVERY_MS = 10_000;
const SILENCE_LIMIT_MS = 25_000;
/** With more than this waiting to be sent, reports and pings are left out. */
const MAX_BUFFERED_BYTES = 256 * 1024;
const OPEN = 1;

export interface ConnectionEvents {
  /** Sequence of the last message taken: every message says it. */
  received(): number;
  onOpen(): void;
  onMessage(message: ServerMessage): void;
  onBytes(count: number): void;
  onError(error: VisavisError): void;
  /** Exactly once, unless `close` came first. */
  onEnd(error: VisavisError, closeCode: number): void;
}

/** One WebSocket from opening to its end: messages in and out, heartbeat, and what its end means. */
export class Connection {
  readonly #socket: SocketLike;
  readonly #timer: Timer;
  readonly #events: ConnectionEvents;
  #cancelTimer: () => void;
  #heardAtMs: number;
  #ended = false;

  constructor(socket: SocketLike, timer: Timer, events: ConnectionEvents) {
    this.#socket = socket;
    this.#timer = timer;
    this.#events = events;
    this.#heardAtMs = timer.now();
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => events.onOpen();
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#end(closedError(code, reason), code);
    this.#cancelTimer = timer.after(WELCOME_TIMEOUT_MS, () => this.#giveUp('the backend sent no welcome within 10 s'));
  }

  /** Sends one message; false where it cannot. */
  send<K extends ClientKind>(kind: K, body: ClientBodies[K], sequence = 0): boolean {
    if (this.#ended || this.#socket.readyState !== OPEN) return false;
    const numbers: Numbers = { sequence, received: this.#events.received() };
    this.#socket.send(encodeClientMessage(kind, body, numbers) as Uint8Array<ArrayBuffer>);
    return true;
  }

  /** As `send`, for what gives way when the connection is slow: when more than `maxBytes` wait to be sent. */
  sendIfQuick<K extends ClientKind>(kind: K, body: ClientBodies[K], maxBytes = MAX_BUFFERED_BYTES): void {
    if (this.#socket.bufferedAmount <= maxBytes) this.send(kind, body);
  }

  /** Leaves without a word to `onEnd`. */
  close(): void {
    if (this.#detach()) this.#socket.close(1000, 'done');
  }

  #receive(data: unknown): void {
    this.#heardAtMs = this.#timer.now();
    if (!(data instanceof ArrayBuffer)) return;
    this.#events.onBytes(data.byteLength);
    const message = this.#decode(data);
    if (message?.case === 'welcome') this.#beat();
    if (message) this.#events.onMessage(message);
  }

  #decode(data: ArrayBuffer): ServerMessage | undefined {
    try {
      return decodeServerMessage(new Uint8Array(data));
    } catch (error) {
      this.#events.onError(new VisavisError('protocolError', 'the backend sent bytes that are no downlink message; it is ignored', { fatal: false, cause: error }));
      return undefined;
    }
  }

  #beat(): void {
    this.#cancelTimer();
    const nowMs = this.#timer.now();
    if (nowMs - this.#heardAtMs >= SILENCE_LIMIT_MS) return this.#giveUp('the backend has been silent for 25 s');
    this.sendIfQuick('ping', { timeMs: nowMs });
    this.#cancelTimer = this.#timer.after(PING_EVERY_MS, () => this.#beat());
  }

  #giveUp(message: string): void {
    const error = new VisavisError('websocketClosedAbnormally', `${message}; check that it runs and the network is there`);
    if (!this.#detach()) return;
    this.#socket.close();
    this.#events.onEnd(error, 1006);
  }

  #end(error: VisavisError, code: number): void {
    if (this.#detach()) this.#events.onEnd(error, code);
  }

  #detach(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#cancelTimer();
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    return true;
  }
}

function closedError(code: number, reason: string): VisavisError {
  const name = code === 1006 ? 'websocketClosedAbnormally' : 'websocketClosedUnexpected';
  const why = reason ? `: ${reason}` : '';
  return new VisavisError(name, `the connection to the backend was closed (${code}${why})`, { detail: { closeCode: code } });
}
