import { randomBytes as systemRandomBytes } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { decodeClientMessage, encodeServerMessage, type Hello } from '@visavis/protocol/downlink';
import { CLOSE_CODE } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';
import { Listeners, type Subscribe } from '@visavis/protocol/listeners';
import { systemClock, type Clock } from '../clock.js';
import { binaryOf } from '../binary.js';
import { closeSocket } from '../closing.js';
import { keepAlive } from '../keepalive.js';
import { refusalOf, refuseUpgrade, type AdmissionRules } from './admission.js';
import { DEFAULT_BOUNDS, type OutboxBounds } from './outbox.js';
import type { RelayClient } from './relay-client.js';
import { errorBody } from './line.js';
import { StreamClient, type WelcomeFacts } from './stream-client.js';
import { Streams } from './streams.js';
import { TicketStore, type Grant, type Ticket, type TicketRequest } from './tickets.js';

const HELLO_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_CLIENTS = 1000;
/** Largest client message, bytes; larger ones close the connection with 1009. */
const MAX_MESSAGE_BYTES = 64 * 1024;
const DEFAULT_RESUME_GRACE_MS = 20_000;
const MAX_RESUME_GRACE_MS = 600_000;
/** A few seconds of speech for each of a thousand streams, and the memory of a small machine. */
const DEFAULT_MAX_AWAY_BYTES = 256 * 1024 * 1024;
const ID_BYTES = 9;
/** A resume token cannot be guessed. */
const TOKEN_BYTES = 32;
const EPOCH_BYTES = 4;
/** "Policy violation" (RFC 6455, 7.4.1): no closer code exists for a bad ticket. */
const CLOSE_POLICY = 1008;

export interface AudioChoice {
  /** 'opus': packets inside envelopes; 'pcm': mono s16le. */
  readonly codec: 'opus' | 'pcm';
  /** Of PCM, and of the sessions behind this relay, Hz. */
  readonly sampleRate: number;
}

export interface RelayOptions extends AdmissionRules {
  /** Where a client finds an avatar's manifest. */
  readonly manifestUrl: (avatarId: string) => string;
  /** What clients are told to expect. Default: Opus; PCM, where it comes, at 16 kHz. */
  readonly audio?: AudioChoice;
  /** Told to clients. Default ''. */
  readonly serverVersion?: string;
  /**
   * How long a stream waits for a client whose connection was cut, milliseconds; 0: not at all. Default 20 s, which is
   * five tries of our client.
   */
  readonly resumeGraceMs?: number;
  /**
   * Connections at a time, those that have not said hello included; further ones get HTTP 503. And so many streams may
   * wait for their clients; the one that waited longest ends. Default 1000.
   */
  readonly maxClients?: number;
  /** What all streams that wait for their clients may hold together, bytes; above it the one that waited longest ends. Default 256 MiB. */
  readonly maxAwayBytes?: number;
  /** Bounds of what may wait for one client. */
  readonly bounds?: Partial<OutboxBounds>;
  readonly clock?: Clock;
  readonly randomBytes?: (count: number) => Uint8Array;
}

export interface Relay {
  /** For the backend's own HTTP handler, which knows who is asking. */
  readonly tickets: { issue(request: TicketRequest): Ticket };
  /** A client has said hello with a good ticket. Add its listeners before returning. */
  readonly onClient: Subscribe<RelayClient>;
  readonly clientCount: number;
  /**
   * Serves the relay on `path` of an HTTP server; the returned function takes it off again. Upgrades for other
   * paths are left to the server's other upgrade listeners, and refused with 404 where there are none.
   */
  attach(server: Server, path?: string): () => void;
  /** Takes the relay off every server and closes every connection (1012: clients come back); resolves when they are closed. */
  dispose(): Promise<void>;
}

/** Throws `invalidConfiguration` on a `resumeGraceMs` outside 0..600,000. */
export function createRelay(options: RelayOptions): Relay {
  return new WebSocketRelay(options);
}

class WebSocketRelay implements Relay {
  readonly tickets: TicketStore;
  readonly #options: RelayOptions;
  readonly #clock: Clock;
  readonly #randomBytes: (count: number) => Uint8Array;
  readonly #bounds: OutboxBounds;
  readonly #sockets = new Set<WebSocket>();
  readonly #streams: Streams;
  readonly #maxClients: number;
  readonly #graceMs: number;
  readonly #detachers = new Set<() => void>();
  readonly #clients = new Listeners<RelayClient>();
  readonly #upgrader = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
  #disposed = false;

  readonly onClient = this.#clients.subscribe;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#randomBytes = options.randomBytes ?? systemRandomBytes;
    this.#bounds = { ...DEFAULT_BOUNDS, ...options.bounds };
    this.#maxClients = options.maxClients ?? DEFAULT_MAX_CLIENTS;
    this.#graceMs = options.resumeGraceMs ?? DEFAULT_RESUME_GRACE_MS;
    if (!(this.#graceMs >= 0 && this.#graceMs <= MAX_RESUME_GRACE_MS)) {
      throw new VisavisError('invalidConfiguration', `resumeGraceMs ${this.#graceMs} is not within 0..${MAX_RESUME_GRACE_MS}`);
    }
    this.#streams = new Streams(this.#maxClients, options.maxAwayBytes ?? DEFAULT_MAX_AWAY_BYTES);
    this.tickets = new TicketStore(this.#clock, this.#randomBytes);
  }

  get clientCount(): number {
    return this.#sockets.size;
  }

  attach(server: Server, path = '/relay'): () => void {
    if (this.#disposed) throw new VisavisError('invalidState', 'this relay was disposed; make a new one');
    const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      if (pathOf(request) === path) return this.#upgrade(request, socket, head);
      if (server.listenerCount('upgrade') === 1) {
        refuseUpgrade(socket, { status: 404, code: 'invalidRequest', message: `no WebSocket here; the relay is at ${path}` });
      }
    };
    const detach = (): void => {
      server.off('upgrade', upgrade);
      this.#detachers.delete(detach);
    };
    server.on('upgrade', upgrade);
    this.#detachers.add(detach);
    return detach;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const detach of [...this.#detachers]) detach();
    this.tickets.clear();
    const reason = 'the relay is shutting down';
    const closed = this.#streams.closeAll(CLOSE_CODE.draining, reason);
    await Promise.all([...this.#sockets].map((socket) => closeSocket(socket, this.#clock, CLOSE_CODE.draining, reason)));
    await closed;
    this.#clients.clear();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = refusalOf(request, this.#options) ?? this.#fullness();
    if (refusal) return refuseUpgrade(socket, refusal);
    this.#upgrader.handleUpgrade(request, socket, head, (accepted) => this.#accept(accepted));
  }

  #fullness(): { status: number; code: 'queueFull'; message: string } | undefined {
    const full = this.#sockets.size >= this.#maxClients;
    return full ? { status: 503, code: 'queueFull', message: 'the relay is full; try again later' } : undefined;
  }

  #accept(socket: WebSocket): void {
    this.#sockets.add(socket);
    // Every socket failure also ends in 'close'; without a listener it would end the process instead.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    keepAlive(socket, this.#clock);
    this.#awaitHello(socket);
  }

  /** The first message must be a hello with a good ticket, within ten seconds. */
  #awaitHello(socket: WebSocket): void {
    const stop = (): void => {
      cancel();
      socket.off('message', first).off('close', stop);
    };
    const first = (data: Buffer, isBinary: boolean): void => {
      stop();
      const greeting = greetingIn(binaryOf(data, isBinary));
      if (VisavisError.isInstance(greeting)) return this.#turnAway(socket, greeting, CLOSE_CODE.protocolError);
      this.#admit(socket, greeting);
    };
    const cancel = this.#clock.after(HELLO_TIMEOUT_MS, () => {
      stop();
      this.#turnAway(socket, new VisavisError('protocolError', 'no hello came within 10 s'), CLOSE_CODE.protocolError);
    });
    socket.on('message', first).on('close', stop);
  }

  #admit(socket: WebSocket, { hello, received }: Greeting): void {
    const grant = this.tickets.redeem(hello.ticket);
    if (!grant) return this.#turnAway(socket, ticketInvalid('unknown, used or expired', true), CLOSE_POLICY);
    const { avatarId } = grant;
    if (hello.avatarId !== '' && hello.avatarId !== avatarId) return this.#turnAway(socket, ticketInvalid('for another avatar', false), CLOSE_POLICY);
    const facts = this.#facts(avatarId);
    const stream = this.#streams.find(hello.resumeToken, avatarId);
    if (stream?.goOn(socket, facts, received, hello.lastSeen)) return;
    // It cannot be resumed, and nobody else has its secret.
    void stream?.close(CLOSE_CODE.protocolError, 'replaced');
    this.#begin(grant, hello, socket, facts);
  }

  #begin({ avatarId, subject }: Grant, hello: Hello, socket: WebSocket, facts: WelcomeFacts): void {
    const resumeToken = hello.resumable && this.#graceMs > 0 ? this.#random(TOKEN_BYTES).toString('base64url') : '';
    const client = new StreamClient({
      id: this.#random(ID_BYTES).toString('base64url'),
      // Not where another stream's began: nothing of one is ever taken for the other's.
      epoch: this.#random(EPOCH_BYTES).readUInt32LE(),
      avatarId, subject, resumeToken, hello: { ...hello, ticket: '', resumeToken: '' }, graceMs: this.#graceMs, clock: this.#clock, bounds: this.#bounds,
      onAway: (away, heldBytes) => this.#streams.away(away, heldBytes),
      onSettled: (settled) => this.#streams.settled(settled),
      onEnded: (ended) => this.#streams.remove(ended),
    });
    this.#streams.add(client, resumeToken);
    client.begin(socket, facts);
    this.#clients.emit(client);
  }

  #random(count: number): Buffer {
    return Buffer.from(this.#randomBytes(count));
  }

  #facts(avatarId: string): WelcomeFacts {
    const { manifestUrl, audio = { codec: 'opus', sampleRate: 16_000 }, serverVersion = '' } = this.#options;
    return { manifestUrl: manifestUrl(avatarId), audio, serverVersion };
  }

  #turnAway(socket: WebSocket, error: VisavisError, closeCode: number): void {
    socket.send(encodeServerMessage('error', errorBody(error)), () => undefined);
    void closeSocket(socket, this.#clock, closeCode, error.code);
  }
}

/** A hello, and the last message its client has of the stream it asks for. */
interface Greeting {
  readonly hello: Hello;
  readonly received: number;
}

function greetingIn(bytes: Uint8Array | undefined): Greeting | VisavisError {
  try {
    const message = bytes && decodeClientMessage(bytes);
    if (message?.case === 'hello') return { hello: message.value, received: message.received };
    return new VisavisError('protocolError', 'the first message must be hello');
  } catch (error) {
    return VisavisError.from(error, 'protocolError');
  }
}

function ticketInvalid(why: string, retryable: boolean): VisavisError {
  return new VisavisError('ticketInvalid', `this ticket is ${why}; ask the backend for a new one`, { retryable });
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}
