import type { WebSocket } from 'ws';
import {
  ControlAction, decodeClientMessage, encodeServerMessage, PresenceState,
  type ClientMessage, type Hello, type Mic, type PlaybackFinished, type PlaybackPosition, type ServerBodies, type ServerKind,
} from '@visavis/protocol/downlink';
import { CLOSE_CODE } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';
import type { Clock } from '../clock.js';
import { binaryOf } from '../binary.js';
import { closeSocket } from '../closing.js';
import { Listeners } from '../listeners.js';
import type { EnvelopeMessage, PcmMessage, SpeechMessage } from '../speech.js';
import { Outbox, type OutboxBounds, type Packet } from './outbox.js';
import type { ClientClose, PresenceName, RelayClient, TranscriptLine } from './relay-client.js';

/** Longest text one message may hold, UTF-16 units. */
export const MAX_TEXT_LENGTH = 4000;
/** Largest microphone piece, bytes: half a second of PCM at 16 kHz. */
export const MAX_MIC_BYTES = 16 * 1024;
const PCM_PIECE_BYTES = 32 * 1024;
/** "Try again later" (IANA registry of WebSocket close codes). */
const CLOSE_TRY_AGAIN = 1013;

const PRESENCE: Record<PresenceName, PresenceState> = {
  idle: PresenceState.IDLE,
  listening: PresenceState.LISTENING,
  thinking: PresenceState.THINKING,
  speaking: PresenceState.SPEAKING,
};

export interface SocketClientOptions {
  readonly id: string;
  readonly avatarId: string;
  readonly hello: Hello;
  readonly socket: WebSocket;
  readonly clock: Clock;
  readonly bounds: OutboxBounds;
  /** Where the stream's epochs begin. Not where another's did: a client that comes back must see that it is a new stream. */
  readonly epoch: number;
}

/** A client behind a WebSocket that has said hello. */
export class SocketClient implements RelayClient {
  readonly id: string;
  readonly avatarId: string;
  readonly hello: Hello;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #text = new Listeners<string>();
  readonly #interrupt = new Listeners<string>();
  readonly #mic = new Listeners<Mic>();
  readonly #position = new Listeners<PlaybackPosition>();
  readonly #finished = new Listeners<PlaybackFinished>();
  readonly #close = new Listeners<ClientClose>();
  #epoch: number;
  #closing: Promise<void> | undefined;

  readonly onText = this.#text.subscribe;
  readonly onInterrupt = this.#interrupt.subscribe;
  readonly onMic = this.#mic.subscribe;
  readonly onPlaybackPosition = this.#position.subscribe;
  readonly onPlaybackFinished = this.#finished.subscribe;
  readonly onClose = this.#close.subscribe;

  constructor({ id, avatarId, hello, socket, clock, bounds, epoch }: SocketClientOptions) {
    this.#epoch = epoch;
    this.id = id;
    this.avatarId = avatarId;
    this.hello = hello;
    this.#socket = socket;
    this.#clock = clock;
    const pipe = {
      get bufferedBytes() { return socket.bufferedAmount; },
      send: (bytes: Uint8Array, sent: () => void) => socket.send(bytes, sent),
    };
    this.#outbox = new Outbox(pipe, bounds);
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(binaryOf(data, isBinary)));
    socket.once('close', (code: number, reason: Buffer) => this.#end(code, reason.toString('utf8')));
  }

  get epoch(): number {
    return this.#epoch;
  }

  get closed(): boolean {
    return this.#closing !== undefined || this.#socket.readyState !== this.#socket.OPEN;
  }

  get waitingBytes(): number {
    return this.#outbox.waitingBytes;
  }

  get droppedMotion(): number {
    return this.#outbox.droppedMotion;
  }

  welcome(body: Omit<ServerBodies['welcome'], 'epoch' | 'avatarId' | '$typeName'>): void {
    this.#tell('welcome', { ...body, epoch: this.#epoch, avatarId: this.avatarId });
  }

  sendAudio(message: SpeechMessage): void {
    if (message.kind === 'pcm') return this.#sendPcm(message);
    const { reqId, end, bytes } = message;
    this.#push({ bytes: this.#audio(reqId, { case: 'envelope', value: bytes }, end), speech: true });
  }

  sendMotion({ reqId, end, bytes, hasAudio }: EnvelopeMessage): void {
    const packet = { bytes: encodeServerMessage('motion', { epoch: this.#epoch, reqId, envelope: bytes, end }), speech: true };
    this.#push(end || hasAudio ? packet : { ...packet, motionOf: reqId });
  }

  flush(): number {
    this.#epoch = (this.#epoch + 1) >>> 0;
    this.#outbox.dropSpeech();
    this.#control(ControlAction.FLUSH);
    return this.#epoch;
  }

  hold(): void {
    this.#control(ControlAction.HOLD);
  }

  resume(): void {
    this.#control(ControlAction.RESUME);
  }

  transcript(line: TranscriptLine): void {
    this.#tell('transcript', line);
  }

  presence(state: PresenceName): void {
    this.#tell('presence', { state: PRESENCE[state] });
  }

  error(error: VisavisError): void {
    this.#tell('error', errorBody(error));
  }

  close(code = 1000, reason = ''): Promise<void> {
    this.#closing ??= closeSocket(this.#socket, this.#clock, code, reason);
    return this.#closing;
  }

  /** Tells the client what ended its connection, ahead of anything that waits, and ends it. */
  fail(error: VisavisError, closeCode: number): void {
    if (this.closed) return;
    this.#outbox.clear();
    this.#socket.send(encodeServerMessage('error', errorBody(error)), () => undefined);
    void this.close(closeCode, error.code);
  }

  #sendPcm({ reqId, pcm, end, sampleRate }: PcmMessage): void {
    for (let at = 0; at === 0 || at < pcm.length; at += PCM_PIECE_BYTES) {
      const isLast = at + PCM_PIECE_BYTES >= pcm.length;
      const piece = pcm.subarray(at, at + PCM_PIECE_BYTES);
      this.#push({ bytes: this.#audio(reqId, { case: 'pcm', value: piece }, end && isLast, sampleRate), speech: true });
    }
  }

  #audio(reqId: string, payload: NonNullable<ServerBodies['audio']['payload']>, end: boolean, sampleRate = 0): Uint8Array {
    return encodeServerMessage('audio', { epoch: this.#epoch, reqId, payload, end, sampleRate });
  }

  #control(action: ControlAction): void {
    this.#tell('control', { action, epoch: this.#epoch });
  }

  #tell<K extends ServerKind>(kind: K, body: ServerBodies[K]): void {
    this.#push({ bytes: encodeServerMessage(kind, body), speech: false });
  }

  #push(packet: Packet): void {
    if (this.closed || this.#outbox.push(packet)) return;
    this.fail(new VisavisError('queueFull', 'this client fell too far behind what is sent to it; connect again', { fatal: true }), CLOSE_TRY_AGAIN);
  }

  #receive(bytes: Uint8Array | undefined): void {
    if (!bytes || this.closed) return;
    let message: ClientMessage | undefined;
    try {
      message = decodeClientMessage(bytes);
    } catch (error) {
      return this.fail(VisavisError.from(error, 'protocolError'), CLOSE_CODE.protocolError);
    }
    if (message) this.#handle(message);
  }

  #handle(message: ClientMessage): void {
    switch (message.case) {
      case 'text': return this.#handleText(message.value.text);
      case 'mic': return this.#handleMic(message.value);
      case 'interrupt': return this.#interrupt.emit(message.value.reason);
      case 'playbackPosition': return this.#position.emit(message.value);
      case 'playbackFinished': return this.#finished.emit(message.value);
      case 'ping': return this.#tell('pong', { timeMs: message.value.timeMs });
      case 'hello': return this.error(new VisavisError('invalidState', 'hello was already said on this connection'));
    }
  }

  #handleText(text: string): void {
    if (text.length > MAX_TEXT_LENGTH) return this.error(new VisavisError('messageTooLarge', `a text holds at most ${MAX_TEXT_LENGTH} characters`));
    if (text !== '') this.#text.emit(text);
  }

  #handleMic(mic: Mic): void {
    if (mic.data.length > MAX_MIC_BYTES) return this.error(new VisavisError('messageTooLarge', `a microphone piece holds at most ${MAX_MIC_BYTES} bytes`));
    this.#mic.emit(mic);
  }

  #end(code: number, reason: string): void {
    this.#closing ??= Promise.resolve();
    this.#outbox.clear();
    this.#close.emit({ code, reason });
    for (const listeners of [this.#text, this.#interrupt, this.#mic, this.#position, this.#finished, this.#close]) listeners.clear();
  }
}

/** An error as the downlink carries it. */
export function errorBody(error: VisavisError): ServerBodies['error'] {
  const { code, retryable, fatal, message, detail } = error;
  return { code, retryable, fatal, hint: message, reqId: String(detail['reqId'] ?? '') };
}
