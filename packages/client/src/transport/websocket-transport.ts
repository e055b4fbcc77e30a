import { seededRandom, type Random } from '@visavis/face';
import { MicCodec, PlaybackState, type ClientBodies, type ServerMessage } from '@visavis/protocol/downlink';
import { CLOSE_CODE } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';
import { SYSTEM_TIMER, type Timer } from '../timeline/index.js';
import { Backoff } from './backoff.js';
import { Connection } from './connection.js';
import { Deliveries, type Delivery, type KeptKind } from './deliveries.js';
import { DownlinkReader, toError } from './downlink-reader.js';
import { BROWSER_SOCKET, type OpenSocket } from './socket.js';
import type { ConnectionState, MicrophonePiece, ReportedEnd, ReportedPosition, Transport, TransportSink } from './transport.js';

/** Where to connect, and the short-lived secret that opens one avatar stream. */
export interface Ticket {
  /** ws: or wss: URL of the relay. */
  readonly url: string;
  readonly ticket: string;
}

export interface WebSocketTransportOptions {
  /** Asks the application's own backend for a ticket; called for every connection. */
  readonly getTicket: () => Promise<Ticket>;
  readonly avatarId: string;
  /** Motion frames per second to ask for, 25-60. Default: the backend's. */
  readonly fps?: number;
  readonly openSocket?: OpenSocket;
  readonly timer?: Timer;
  readonly random?: Random;
}

/** A restarting backend asks everyone to come back: spread over a quarter of a second. */
const DRAIN_SPREAD_MS = 250;
/** With more than this waiting to be sent the microphone's pieces are dropped: half a second of PCM, about as much of Opus. */
const MAX_MIC_BUFFERED_BYTES = { pcm: 16 * 1024, opus: 3 * 1024 } as const;
/** Longest wait for a ticket. */
const TICKET_TIMEOUT_MS = 10_000;

const STATES = {
  playing: PlaybackState.PLAYING,
  paused: PlaybackState.PAUSED,
  stalled: PlaybackState.STALLED,
} as const;

/**
 * The downlink over a WebSocket, with tickets, heartbeat and reconnection: after a cut the stream goes on where it was,
 * and nothing is lost or comes twice. One avatar stream; single use after `close`.
 */
export class WebSocketTransport implements Transport {
  readonly #options: WebSocketTransportOptions;
  readonly #timer: Timer;
  readonly #openSocket: OpenSocket;
  readonly #random: Random;
  readonly #backoff: Backoff;
  #sink: TransportSink | undefined;
  #reader: DownlinkReader | undefined;
  #deliveries = new Deliveries();
  #connection: Connection | undefined;
  #cancelRetry: () => void = () => undefined;
  #cancelTicket: () => void = () => undefined;
  #settle: { resolve(): void; reject(error: VisavisError): void } | undefined;
  #state: ConnectionState = 'disconnected';
  #bytesReceived = 0;
  #closed = false;
  #interrupts = 0;
  /** Pieces of the microphone so far, those that were dropped included: a gap in their numbers says so. */
  #micPieces = 0;
  /** The answer to the last interrupt has not come. */
  #interruptPending = false;
  /** The backend's own reason for the end that is about to come. */
  #lastWord: VisavisError | undefined;
  /** Why no ticket could be had, told once until the next welcome. */
  #toldOfOutage: VisavisError['code'] | undefined;

  constructor(options: WebSocketTransportOptions) {
    this.#options = options;
    this.#timer = options.timer ?? SYSTEM_TIMER;
    this.#openSocket = options.openSocket ?? BROWSER_SOCKET;
    this.#random = options.random ?? seededRandom(Date.now());
    this.#backoff = new Backoff(this.#random);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** Rejects with `connectionInProgress`, `invalidState` after `close`, or the reason it gave up. */
  connect(sink: TransportSink): Promise<void> {
    if (this.#closed) return Promise.reject(new VisavisError('invalidState', 'this transport was closed; make a new one'));
    if (this.#sink && this.#state !== 'failed') return Promise.reject(new VisavisError('connectionInProgress', 'this transport is in use already'));
    this.#sink = sink;
    this.#reader = new DownlinkReader(sink);
    this.#deliveries = new Deliveries();
    this.#backoff.reset();
    this.#toldOfOutage = undefined;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      void this.#attempt();
    });
  }

  sendText(text: string): void {
    if (this.#state === 'connected' && this.#deliver('text', { text })) return;
    throw new VisavisError('networkLayerNotAvailable', 'there is no connection to the backend; send the text again when it is back');
  }

  /** While the connection is away, the backend is told as soon as it is back. */
  interrupt(reason: string): void {
    if (!this.#deliver('interrupt', { reason })) return;
    this.#reader?.interrupted();
    this.#interrupts += 1;
    this.#interruptPending = true;
    if (this.#state === 'connected') this.#askAfterInterrupt();
  }

  sendMicrophone({ codec, bytes }: MicrophonePiece): void {
    this.#micPieces = (this.#micPieces + 1) >>> 0;
    if (this.#state !== 'connected') return;
    const body = { sequence: this.#micPieces, codec: codec === 'opus' ? MicCodec.OPUS : MicCodec.PCM_S16LE_16K, data: bytes };
    this.#connection?.sendIfQuick('mic', body, MAX_MIC_BUFFERED_BYTES[codec]);
  }

  reportPosition(position: ReportedPosition): void {
    const reqId = this.#reader?.positionOf(position);
    if (reqId === undefined || this.#state !== 'connected') return;
    this.#connection?.sendIfQuick('playbackPosition', { reqId, playedMs: Math.round(position.playedMs), state: STATES[position.state] });
  }

  reportFinished(end: ReportedEnd): void {
    const reqId = this.#reader?.finished(end);
    if (reqId === undefined) return;
    this.#deliver('playbackFinished', { reqId, playedMs: Math.round(end.playedMs), interrupted: end.interrupted });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelRetry();
    this.#cancelTicket();
    this.#connection?.close();
    this.#connection = undefined;
    this.#setState('disconnected');
    this.#settle?.reject(new VisavisError('connectionClosed', 'the transport was closed while it connected', { retryable: false }));
    this.#settle = undefined;
  }

  /** Sends what must arrive, now or when the connection is back; false where there is neither. */
  #deliver<K extends KeptKind>(kind: K, body: ClientBodies[K]): boolean {
    const { sequence } = this.#deliveries.add(kind, body);
    // Before the welcome nobody knows whether the stream goes on: what is kept follows it.
    const sent = this.#state === 'connected' && this.#connection?.send(kind, body, sequence);
    return sent === true || sequence > 0;
  }

  /** Answered after the interrupt is handled: its pong says that what follows was sent in knowledge of it. */
  #askAfterInterrupt(): void {
    this.#connection?.send('ping', { timeMs: this.#interruptMark });
  }

  /** What the pong of the last interrupt says: no time, for those of the heartbeat are not negative, and no two alike. */
  get #interruptMark(): number {
    return -this.#interrupts;
  }

  async #attempt(): Promise<void> {
    this.#lastWord = undefined;
    this.#setState('connecting');
    try {
      const { url, ticket } = await this.#inTime(this.#options.getTicket());
      if (this.#closed) return;
      this.#connection = this.#open(url, ticket);
    } catch (cause) {
      if (!this.#closed) this.#retryOrFail(VisavisError.isInstance(cause) ? cause : unreachable(cause), 0);
    }
  }

  /** A backend that never answers counts as one that cannot be reached. */
  #inTime<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#cancelTicket = this.#timer.after(TICKET_TIMEOUT_MS, () => reject(new Error('no ticket came within 10 s')));
      promise.then(resolve, reject).finally(this.#cancelTicket);
    });
  }

  #open(url: string, ticket: string): Connection {
    const connection: Connection = new Connection(this.#openSocket(url), this.#timer, {
      received: () => this.#deliveries.received,
      onOpen: () => connection.send('hello', this.#hello(ticket)),
      onMessage: (message) => this.#receive(message),
      onBytes: (count) => { this.#bytesReceived += count; },
      onError: (error) => this.#sink?.handleError(error),
      onEnd: (error, code) => this.#lost(error, code),
    });
    return connection;
  }

  #hello(ticket: string): ClientBodies['hello'] {
    const lastSeen = this.#reader?.lastSeen;
    return {
      ticket, avatarId: this.#options.avatarId, audioCodecs: ['opus', 'pcm'], fps: this.#options.fps ?? 0,
      resumable: true, resumeToken: this.#deliveries.resumeToken,
      ...(lastSeen ? { lastSeen: { ...lastSeen, state: PlaybackState.PLAYING } } : {}),
    };
  }

  #receive(message: ServerMessage): void {
    if (message.case === 'welcome') return this.#welcomed(message);
    this.#deliveries.arrived(message.received);
    if (!this.#deliveries.take(message.sequence)) return;
    if (message.case === 'error' && message.value.fatal) this.#lastWord = toError(message.value);
    if (message.case === 'pong' && this.#interruptPending && message.value.timeMs === this.#interruptMark) this.#interruptAnswered();
    this.#reader?.handle(message);
  }

  #welcomed(message: Extract<ServerMessage, { case: 'welcome' }>): void {
    const { resumed, resumeToken } = message.value;
    const typed = resumed ? [] : this.#deliveries.begin(resumeToken);
    this.#deliveries.arrived(message.received);
    this.#reader?.handle(message);
    this.#tellAgain(resumed ? this.#deliveries.waiting : typed);
    this.#toldOfOutage = undefined;
    this.#backoff.reset();
    this.#setState('connected');
    this.#settle?.resolve();
    this.#settle = undefined;
  }

  /** What may not have arrived, ahead of anything new. */
  #tellAgain(waiting: readonly Delivery[]): void {
    for (const { kind, body, sequence } of waiting) this.#connection?.send(kind, body, sequence);
    if (!this.#interruptPending) return;
    if (waiting.some(({ kind }) => kind === 'interrupt')) this.#askAfterInterrupt();
    else this.#interruptAnswered();
  }

  #interruptAnswered(): void {
    this.#interruptPending = false;
    this.#reader?.interruptAnswered();
  }

  #lost(error: VisavisError, code: number): void {
    this.#connection = undefined;
    // The backend has told its reason already, by an error message; the close only follows from it.
    if (!this.#lastWord && code !== CLOSE_CODE.draining) this.#sink?.handleError(error);
    this.#retryOrFail(this.#lastWord ?? error, code);
  }

  #retryOrFail(error: VisavisError, closeCode: number): void {
    if (closeCode === 0 && this.#toldOfOutage !== error.code) {
      this.#toldOfOutage = error.code;
      this.#sink?.handleError(error);
    }
    const final = !error.retryable || closeCode === CLOSE_CODE.quota;
    const waitMs = final ? undefined : closeCode === CLOSE_CODE.draining ? DRAIN_SPREAD_MS * this.#random() : this.#backoff.next();
    if (waitMs === undefined) return this.#fail(error);
    this.#setState('connecting');
    this.#cancelRetry = this.#timer.after(waitMs, () => void this.#attempt());
  }

  #fail(cause: VisavisError): void {
    const error = new VisavisError('connectionFailed', `gave up connecting to the backend: ${cause.message}`, { cause, retryable: cause.retryable });
    this.#setState('failed');
    this.#deliveries.begin('');
    this.#reader?.streamLost();
    this.#sink?.handleError(error);
    this.#settle?.reject(error);
    this.#settle = undefined;
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#sink?.handleState(state);
  }
}

/** What `fetch` says of a failure means nothing to users; it stays as the cause. */
function unreachable(cause: unknown): VisavisError {
  return new VisavisError('networkLayerNotAvailable', 'the backend cannot be reached; trying again', { cause });
}
