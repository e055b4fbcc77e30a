import { VisavisError } from '@visavis/protocol/errors';
import { decodeServerMessage, encodeServerMessage, type ServerBodies, type ServerKind } from '@visavis/protocol/downlink';
import {
  DownlinkReader, type ConnectionState, type MicrophonePiece, type ReportedEnd, type ReportedPosition, type Transport, type TransportSink,
} from '../transport/index.js';

/** A report with the backend's name for the request. */
export type Reported<T> = Omit<T, 'conversationId'> & { readonly reqId: string };

/** Microphone pieces kept: a minute of 20 ms each; the oldest goes. */
const MAX_MIC_PIECES = 3_000;

/** A transport without a network: messages are handed in, and what the client says is kept. */
export class MemoryTransport implements Transport {
  readonly texts: string[] = [];
  readonly interrupts: string[] = [];
  readonly positions: Reported<ReportedPosition>[] = [];
  /** What the microphone sent while connected; see `MAX_MIC_PIECES`. */
  readonly microphone: MicrophonePiece[] = [];
  readonly finished: Reported<ReportedEnd>[] = [];
  bytesReceived = 0;
  #state: ConnectionState = 'disconnected';
  #sink: TransportSink | undefined;
  #reader: DownlinkReader | undefined;

  get state(): ConnectionState {
    return this.#state;
  }

  /** Connects at once; the backend's welcome may follow by `receive`. */
  connect(sink: TransportSink): Promise<void> {
    this.#sink = sink;
    this.#reader = new DownlinkReader(sink);
    this.setState('connected');
    return Promise.resolve();
  }

  /** Hands in a message as if the backend had sent it. After an interrupt, a flush or a pong comes first. */
  receive<K extends ServerKind>(kind: K, body: ServerBodies[K]): void {
    const bytes = encodeServerMessage(kind, body);
    this.bytesReceived += bytes.length;
    const message = decodeServerMessage(bytes);
    if (message?.case === 'pong') this.#reader?.interruptAnswered();
    else if (message) this.#reader?.handle(message);
  }

  setState(state: ConnectionState): void {
    this.#state = state;
    this.#sink?.handleState(state);
  }

  sendText(text: string): void {
    if (this.#state !== 'connected') throw new VisavisError('networkLayerNotAvailable', 'this transport is not connected');
    this.texts.push(text);
  }

  interrupt(reason: string): void {
    this.#reader?.interrupted();
    this.interrupts.push(reason);
  }

  sendMicrophone(piece: MicrophonePiece): void {
    if (this.#state !== 'connected') return;
    this.microphone.push(piece);
    if (this.microphone.length > MAX_MIC_PIECES) this.microphone.shift();
  }

  reportPosition(position: ReportedPosition): void {
    const reqId = this.#reader?.positionOf(position);
    if (reqId !== undefined) this.positions.push({ reqId, playedMs: position.playedMs, state: position.state });
  }

  reportFinished(end: ReportedEnd): void {
    const reqId = this.#reader?.finished(end);
    if (reqId !== undefined) this.finished.push({ reqId, playedMs: end.playedMs, interrupted: end.interrupted });
  }

  close(): void {
    this.setState('disconnected');
    this.#reader = undefined;
  }
}
