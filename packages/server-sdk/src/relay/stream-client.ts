import type { WebSocket } from 'ws';
import {
  ControlAction, encodeServerMessage, PresenceState,
  type ClientMessage, type Hello, type Mic, type PlaybackPosition, type ServerBodies, type ServerKind,
} from '@visavis/protocol/downlink';
import { VisavisError } from '@visavis/protocol/errors';
import { Listeners, type Subscribe } from '@visavis/protocol/listeners';
import { createPacketDecoder } from '@visavis/protocol/opus';
import type { Clock } from '../clock.js';
import { MICROPHONE_RATE, MicrophoneReader, type MicrophonePcm } from '../microphone/reader.js';
import type { EnvelopeMessage, PcmMessage, SpeechMessage } from '../speech.js';
import { errorBody, Line } from './line.js';
import { Outbox, type OutboxBounds, type Packet } from './outbox.js';
import type { ClientClose, FinishedReport, PresenceName, RelayClient, TranscriptLine } from './relay-client.js';
import { SpokenRequests } from './requests.js';

/** Longest text one message may hold, UTF-16 units. */
export const MAX_TEXT_LENGTH = 4000;
/** Largest microphone piece, bytes: half a second of PCM at 16 kHz. */
export const MAX_MIC_BYTES = 16 * 1024;
const PCM_PIECE_BYTES = 32 * 1024;
/** "Try again later" (IANA registry of WebSocket close codes). */
const CLOSE_TRY_AGAIN = 1013;
/** A client that closes with one of these has left, or its page is gone; anything else is an accident. */
const LEFT: readonly number[] = [1000, 1001];

const PRESENCE: Record<PresenceName, PresenceState> = {
  idle: PresenceState.IDLE,
  listening: PresenceState.LISTENING,
  thinking: PresenceState.THINKING,
  speaking: PresenceState.SPEAKING,
};

/** What a welcome says besides the stream's own state. */
export type WelcomeFacts = Pick<ServerBodies['welcome'], 'manifestUrl' | 'audio' | 'serverVersion'>;

export interface StreamOptions {
  readonly id: string;
  readonly avatarId: string;
  readonly subject: string;
  readonly hello: Hello;
  /** The secret its client comes back with; empty where it cannot. */
  readonly resumeToken: string;
  /** How long it waits for its client to come back. */
  readonly graceMs: number;
  readonly clock: Clock;
  readonly bounds: OutboxBounds;
  /** Where the stream's epochs begin. */
  readonly epoch: number;
  /** It has lost its connection and waits for the next; again whenever what it holds meanwhile has changed. */
  onAway(stream: StreamClient, heldBytes: number): void;
  /** It waits no longer, for its client is back or it has ended. */
  onSettled(stream: StreamClient): void;
  onEnded(stream: StreamClient): void;
}

/**
 * One avatar stream, over one connection after another. While there is none, everything waits within the bounds; a
 * client that comes back in time goes on after the last message it has.
 */
export class StreamClient implements RelayClient {
  readonly id: string;
  readonly avatarId: string;
  readonly subject: string;
  readonly hello: Hello;
  readonly #options: StreamOptions;
  readonly #outbox: Outbox;
  readonly #text = new Listeners<string>();
  readonly #interrupt = new Listeners<string>();
  readonly #mic = new Listeners<Mic>();
  readonly #microphone = new Listeners<MicrophonePcm>();
  readonly #position = new Listeners<PlaybackPosition>();
  readonly #finished = new Listeners<FinishedReport>();
  readonly #close = new Listeners<ClientClose>();
  readonly #requests = new SpokenRequests((report) => this.#finished.emit(report));
  /** Made when somebody listens. */
  #reader: MicrophoneReader | undefined;
  #epoch: number;
  #line: Line | undefined;
  #cancelGrace: () => void = () => undefined;
  /** Of what was sent. */
  #sequence = 0;
  /** Of the last message that was taken. */
  #received = 0;
  #closing: Promise<void> | undefined;
  #ended = false;

  readonly onText = this.#text.subscribe;
  readonly onInterrupt = this.#interrupt.subscribe;
  readonly onMic = this.#mic.subscribe;
  readonly onMicrophone: Subscribe<MicrophonePcm> = (listener) => {
    if (!this.#ended) this.#reader ??= this.#readMicrophone();
    return this.#microphone.subscribe(listener);
  };
  readonly onPlaybackPosition = this.#position.subscribe;
  readonly onPlaybackFinished = this.#finished.subscribe;
  readonly onClose = this.#close.subscribe;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.id = options.id;
    this.avatarId = options.avatarId;
    this.subject = options.subject;
    this.hello = options.hello;
    this.#epoch = options.epoch;
    this.#outbox = new Outbox(options.bounds);
  }

  get epoch(): number {
    return this.#epoch;
  }

  get connected(): boolean {
    return this.#line?.isOpen === true;
  }

  get closed(): boolean {
    return this.#closing !== undefined || (!this.#isResumable && !this.connected);
  }

  get waitingBytes(): number {
    return this.#outbox.waitingBytes;
  }

  get droppedMotion(): number {
    return this.#outbox.droppedMotion;
  }

  get #isResumable(): boolean {
    return this.#options.resumeToken !== '';
  }

  /** Begins over `socket`. */
  begin(socket: WebSocket, facts: WelcomeFacts): void {
    this.#carry(socket, facts, { resumed: false, received: 0 });
  }

  /** Goes on over `socket` after the message `received`. False where that is not possible. */
  goOn(socket: WebSocket, facts: WelcomeFacts, received: number, lastSeen: PlaybackPosition | undefined): boolean {
    if (this.closed || this.#line?.isBroken || received > this.#sequence || !this.#outbox.canGoOnAfter(received)) return false;
    this.#cancelGrace();
    this.#options.onSettled(this);
    // The client may notice a dead connection before the relay does.
    this.#line?.abandon();
    this.#carry(socket, facts, { resumed: true, received });
    if (lastSeen) this.#hearLastSeen(lastSeen);
    return true;
  }

  sendAudio(message: SpeechMessage): void {
    if (this.closed) return;
    this.#requests.began(message.reqId);
    if (message.kind === 'pcm') return this.#sendPcm(message);
    const { reqId, end, bytes } = message;
    this.#sendSpeech('audio', { epoch: this.#epoch, reqId, payload: { case: 'envelope', value: bytes }, end });
  }

  sendMotion({ reqId, end, bytes, hasAudio }: EnvelopeMessage): void {
    if (this.closed) return;
    this.#requests.began(reqId);
    this.#sendSpeech('motion', { epoch: this.#epoch, reqId, envelope: bytes, end }, end || hasAudio ? undefined : reqId);
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
    if (this.#line) this.#closing ??= this.#line.close(code, reason);
    else this.#end({ code, reason });
    return this.#closing ?? Promise.resolve();
  }

  #carry(socket: WebSocket, facts: WelcomeFacts, { resumed, received }: { resumed: boolean; received: number }): void {
    const line: Line = new Line(socket, this.#options.clock, {
      onMessage: (message) => this.#receive(message),
      onClose: (close) => this.#lost(line, close),
    });
    this.#line = line;
    const { avatarId, resumeToken } = this.#options;
    const welcome = { ...facts, epoch: this.#epoch, avatarId, resumeToken, resumed };
    line.send(encodeServerMessage('welcome', welcome, { received: this.#received }), () => undefined);
    this.#outbox.attach(line, received);
  }

  #lost(line: Line, close: ClientClose): void {
    this.#line = undefined;
    if (line.isBroken || this.closed || LEFT.includes(close.code)) return this.#end(close);
    this.#outbox.detach();
    this.#cancelGrace = this.#options.clock.after(this.#options.graceMs, () => this.#end(close));
    this.#options.onAway(this, this.#outbox.heldBytes);
  }

  #sendPcm({ reqId, pcm, end, sampleRate }: PcmMessage): void {
    for (let at = 0; at === 0 || at < pcm.length; at += PCM_PIECE_BYTES) {
      const isLast = at + PCM_PIECE_BYTES >= pcm.length;
      const value = pcm.subarray(at, at + PCM_PIECE_BYTES);
      this.#sendSpeech('audio', { epoch: this.#epoch, reqId, payload: { case: 'pcm', value }, end: end && isLast, sampleRate });
    }
  }

  #control(action: ControlAction): void {
    this.#tell('control', { action, epoch: this.#epoch });
  }

  #sendSpeech<K extends 'audio' | 'motion'>(kind: K, body: ServerBodies[K], motionOf?: string): void {
    this.#push({ ...this.#numbered(kind, body), speech: true, ...(motionOf === undefined ? {} : { motionOf }) });
  }

  #tell<K extends ServerKind>(kind: K, body: ServerBodies[K]): void {
    this.#push({ ...this.#numbered(kind, body), speech: false });
  }

  /**
   * A client that cannot resume is told no numbers, and nothing is kept for it. To any other each message also says what was
   * heard of it: a text that is being answered must not be sent again to a relay that is new.
   */
  #numbered<K extends ServerKind>(kind: K, body: ServerBodies[K]): Pick<Packet, 'bytes' | 'sequence'> {
    if (!this.#isResumable) return { bytes: encodeServerMessage(kind, body), sequence: 0 };
    const sequence = (this.#sequence += 1);
    return { bytes: encodeServerMessage(kind, body, { sequence, received: this.#received }), sequence };
  }

  #push(packet: Packet): void {
    if (this.closed) return;
    if (this.#outbox.push(packet)) {
      if (!this.#line) this.#options.onAway(this, this.#outbox.heldBytes);
      return;
    }
    const error = new VisavisError('queueFull', 'this client fell too far behind what is sent to it; connect again', { fatal: true });
    if (!this.#line) return this.#end({ code: CLOSE_TRY_AGAIN, reason: error.code });
    this.#outbox.clear();
    this.#line.fail(error, CLOSE_TRY_AGAIN);
    void this.close();
  }

  #receive(message: ClientMessage): void {
    this.#outbox.acknowledge(message.received);
    const { sequence } = message;
    if (sequence > 0 && sequence <= this.#received) return;
    this.#received = Math.max(this.#received, sequence);
    this.#handle(message);
  }

  #handle(message: ClientMessage): void {
    switch (message.case) {
      case 'text': return this.#handleText(message.value.text);
      case 'mic': return this.#handleMic(message.value);
      case 'interrupt': return this.#interrupt.emit(message.value.reason);
      case 'playbackPosition': return this.#hearPosition(message.value);
      case 'playbackFinished': return this.#requests.finished(message.value);
      case 'ping': return this.#answer(message.value.timeMs);
      case 'hello': return this.error(new VisavisError('invalidState', 'hello was already said on this connection'));
    }
  }

  #answer(timeMs: number): void {
    this.#push({ bytes: encodeServerMessage('pong', { timeMs }, { received: this.#received }), sequence: 0, speech: false });
  }

  #handleText(text: string): void {
    if (text.length > MAX_TEXT_LENGTH) return this.error(new VisavisError('messageTooLarge', `a text holds at most ${MAX_TEXT_LENGTH} characters`));
    if (text !== '') this.#text.emit(text);
  }

  #handleMic(mic: Mic): void {
    if (mic.data.length > MAX_MIC_BYTES) return this.error(new VisavisError('messageTooLarge', `a microphone piece holds at most ${MAX_MIC_BYTES} bytes`));
    this.#mic.emit(mic);
    this.#reader?.take(mic);
  }

  #readMicrophone(): MicrophoneReader {
    return new MicrophoneReader(() => createPacketDecoder(MICROPHONE_RATE), {
      onPcm: (pcm) => this.#microphone.emit(pcm),
      onError: (error) => this.error(error),
    });
  }

  #hearPosition(position: PlaybackPosition): void {
    this.#requests.played(position.reqId, position.playedMs);
    this.#position.emit(position);
  }

  /** What the client kept follows: its own reports of the requests before this one are among it. */
  #hearLastSeen(position: PlaybackPosition): void {
    this.#requests.lastSeen(position.reqId, position.playedMs);
    this.#position.emit(position);
  }

  #end(close: ClientClose): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#closing ??= Promise.resolve();
    this.#cancelGrace();
    this.#outbox.clear();
    this.#reader?.close();
    this.#options.onSettled(this);
    this.#options.onEnded(this);
    this.#requests.cutAll();
    this.#close.emit(close);
    for (const listeners of [this.#text, this.#interrupt, this.#mic, this.#microphone, this.#position, this.#finished, this.#close]) listeners.clear();
  }
}
