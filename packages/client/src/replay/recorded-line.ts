import { encodeServerMessage } from '@visavis/protocol/downlink';
import type { SocketLike, Ticket } from '../transport/index.js';
import { peekClient, peekServer } from './peek.js';
import type { SessionRecord } from './recording.js';

const OPEN = 1;
const CLOSED = 3;
/** "Abnormal closure" (RFC 6455): what a client sees that hung up on a silent server. */
const ABNORMAL = 1006;

/**
 * The other end of the line, as it was recorded: lets a transport connect when the recorded client did, and says to it
 * what the backend said. What the transport sends goes nowhere.
 */
export class RecordedLine {
  #mayConnect = false;
  #awaitsTicket: ((ticket: Ticket) => void) | undefined;
  #opening: Promise<void> | undefined;
  #opened: () => void = () => undefined;
  /** What came before the transport, slower to come back than the recorded one, has a socket for it. */
  #early: SessionRecord[] = [];
  #socket: LineSocket | undefined;
  /** Times of the recorded pings, and of the last ping sent here by then. One connection's. */
  readonly #pings = new Map<number, number>();

  readonly #onSay: (bytes: Uint8Array) => void;

  /** `onSay` is told of every message before the transport is. */
  constructor(onSay: (bytes: Uint8Array) => void) {
    this.#onSay = onSay;
  }

  readonly getTicket = (): Promise<Ticket> => new Promise((resolve) => {
    this.#awaitsTicket = resolve;
    this.#admit();
  });

  readonly openSocket = (): SocketLike => {
    this.#socket = new LineSocket();
    this.#opening = undefined;
    this.#opened();
    return this.#socket;
  };

  /** Plays one record to the transport. Resolves when it has heard it. */
  async deliver(record: SessionRecord): Promise<void> {
    if (record.kind === 'connect') {
      this.#socket?.drop(ABNORMAL, '');
      this.#socket = undefined;
      this.#early = [];
      this.#pings.clear();
      this.#mayConnect = true;
      this.#admit();
    }
    await this.#opening;
    if (!this.#socket) return void this.#early.push(record);
    for (const early of this.#early.splice(0)) this.#say(this.#socket, early);
    this.#say(this.#socket, record);
  }

  /** A ticket is good for the connection that was recorded, and for no other. */
  #admit(): void {
    if (!this.#mayConnect || !this.#awaitsTicket) return;
    this.#mayConnect = false;
    this.#opening = new Promise((resolve) => { this.#opened = resolve; });
    this.#awaitsTicket({ url: 'ws://recorded.invalid', ticket: '' });
    this.#awaitsTicket = undefined;
  }

  #say(socket: LineSocket, record: SessionRecord): void {
    switch (record.kind) {
      case 'open': return socket.open();
      case 'in':
        this.#onSay(record.bytes);
        return socket.say(this.#matched(record.bytes));
      case 'out': return this.#remember(socket, record.bytes);
      case 'close': return socket.drop(record.code, record.reason);
      case 'leave': return socket.drop(ABNORMAL, '');
    }
  }

  /** A recorded ping's pong must name the one that was sent here: an interrupt is answered by the pong of its own. */
  #remember(socket: LineSocket, bytes: Uint8Array): void {
    const message = peekClient(bytes);
    if (message?.case === 'ping' && socket.lastPingMs !== undefined) this.#pings.set(message.value.timeMs, socket.lastPingMs);
  }

  #matched(bytes: Uint8Array): Uint8Array {
    const message = peekServer(bytes);
    const timeMs = message?.case === 'pong' ? this.#pings.get(message.value.timeMs) : undefined;
    if (!message || timeMs === undefined) return bytes;
    return encodeServerMessage('pong', { timeMs }, { sequence: message.sequence, received: message.received });
  }
}

/** The transport's end of the line. */
class LineSocket implements SocketLike {
  binaryType = 'arraybuffer';
  readyState = 0;
  readonly bufferedAmount = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;
  lastPingMs: number | undefined;

  send(data: Uint8Array): void {
    const message = peekClient(data);
    if (message?.case === 'ping') this.lastPingMs = message.value.timeMs;
  }

  close(): void {
    this.readyState = CLOSED;
  }

  open(): void {
    this.readyState = OPEN;
    this.onopen?.({} as never);
  }

  say(bytes: Uint8Array): void {
    this.onmessage?.({ data: bytes.slice().buffer });
  }

  drop(code: number, reason: string): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.onclose?.({ code, reason });
  }
}
