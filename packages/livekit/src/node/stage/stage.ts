import {
  ControlAction, encodeServerMessage, type ClientMessage, type PlaybackPosition, type ServerBodies, type ServerKind,
} from '@visavis/protocol/downlink';
import { VisavisError } from '@visavis/protocol/errors';
import { Listeners } from '@visavis/protocol/listeners';
import type { Clock } from '../clock.js';
import type { FromPublisher } from '../publisher/messages.js';
import type { Publisher, PublisherOptions } from '../publisher/publisher.js';
import type { SpeechEnvelope, SpeechMessage } from '../speech.js';
import { Calls } from './calls.js';
import { encodeTranscript, errorBody, PRESENCE } from './messages.js';
import { Delivery } from './delivery.js';
import type { MotionCarrier } from './motion-carrier.js';
import type { DecoderStore } from './decoder-store.js';
import { Packets } from './packets.js';
import { Reports, type FinishedReport } from './reports.js';
import type { MicrophonePcm, PresenceName, RoomStage, StageClose, TranscriptLine } from './room-stage.js';
import { Utterance } from './utterance.js';
import { Viewers } from './viewers.js';

/** From leaving here to being heard: the usual jitter buffer. */
const PLAYOUT_MS = 80;
/** Longest text one message may hold, UTF-16 units. */
const MAX_TEXT_LENGTH = 4_000;
const MAX_CLOSED = 64;

export interface StageOptions {
  readonly id: string;
  readonly avatarId: string;
  readonly manifestUrl: string;
  /** Tells this stage from the next with its identity. */
  readonly stream: number;
  readonly clock: Clock;
  readonly decoders: DecoderStore;
  readonly carrier: MotionCarrier;
  readonly createPublisher: (events: Pick<PublisherOptions, 'onTrack' | 'onLost' | 'onMessage' | 'onEnd'>) => Publisher;
  /** Whether what this participant says is taken. */
  readonly isViewer: (identity: string) => boolean;
}

/** Says what it is given into a room, utterance by utterance, and survives its publisher. */
export class Stage implements RoomStage {
  readonly id: string;
  readonly avatarId: string;
  readonly #options: StageOptions;
  readonly #publisher: Publisher;
  readonly #text = new Listeners<string>();
  readonly #interrupt = new Listeners<string>();
  readonly #microphone = new Listeners<MicrophonePcm>();
  readonly #position = new Listeners<PlaybackPosition>();
  readonly #finished = new Listeners<FinishedReport>();
  readonly #started = new Listeners<{ readonly reqId: string }>();
  readonly #led = new Listeners<string | undefined>();
  readonly #error = new Listeners<VisavisError>();
  readonly #close = new Listeners<StageClose>();
  readonly #reports: Reports;
  readonly #packets: Packets;
  readonly #delivery: Delivery;
  readonly #rpc: Calls;
  readonly #viewers: Viewers;
  /** Requests that are over: what still comes of them is dropped. The oldest is forgotten first. */
  readonly #over = new Set<string>();
  #presence: PresenceName = 'idle';
  #epoch = 1;
  #current: Utterance | undefined;
  /** Motion of it has come, and its audio not yet. */
  #next: Utterance | undefined;
  #utterances = 0;
  #closed = false;
  #left!: () => void;
  readonly #gone = new Promise<void>((resolve) => { this.#left = resolve; });

  readonly onText = this.#text.subscribe;
  readonly onInterrupt = this.#interrupt.subscribe;
  readonly onMicrophone = this.#microphone.subscribe;
  readonly onPlaybackPosition = this.#position.subscribe;
  readonly onPlaybackFinished = this.#finished.subscribe;
  readonly onPlaybackStarted = this.#started.subscribe;
  readonly onViewer = this.#led.subscribe;
  readonly onError = this.#error.subscribe;
  readonly onClose = this.#close.subscribe;

  constructor(options: StageOptions, onReady: (error?: VisavisError) => void) {
    this.#options = options;
    this.id = options.id;
    this.avatarId = options.avatarId;
    this.#reports = new Reports(options.clock, (report) => this.#finished.emit(report));
    this.#packets = new Packets({
      clock: options.clock, stream: options.stream, epoch: () => this.#epoch, speaking: () => this.#current,
      send: (bytes, reliable, to) => this.#publisher.send({ kind: 'data', bytes, reliable, to }),
    });
    this.#delivery = new Delivery({
      clock: options.clock, carrier: options.carrier, packets: this.#packets,
      sendPiece: (id, pcm) => this.#publisher.send({ kind: 'audio', id, pcm }),
      onBegun: ({ reqId }) => {
        this.#tell('audio', { epoch: this.#epoch, reqId });
        this.#started.emit({ reqId });
      },
      onHandedOver: ({ reqId }) => this.#tell('audio', { epoch: this.#epoch, reqId, end: true }),
      onLeft: (utterance) => this.#complete(utterance),
    });
    this.#viewers = new Viewers({
      isViewer: options.isViewer,
      onLead: (viewer) => this.#led.emit(viewer),
      onHello: (from) => this.#welcome([from]),
      onPing: (from, timeMs) => this.#packets.messages([encodeServerMessage('pong', { timeMs })], [from]),
      onMessage: (message) => this.#follow(message),
    });
    this.#rpc = new Calls((call) => this.#publisher.send(call), (error) => this.#error.emit(error));
    this.#publisher = options.createPublisher({
      onTrack: (run, present) => {
        this.#begin(run, present);
        onReady();
      },
      onLost: (error) => this.#lose(error),
      onMessage: (message) => this.#hear(message),
      onEnd: (error) => {
        this.#end(error);
        onReady(error);
      },
    });
  }

  get epoch(): number {
    return this.#epoch;
  }

  get connected(): boolean {
    return this.#packets.run !== undefined;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get viewer(): string | undefined {
    return this.#viewers.leading;
  }

  get publisherPid(): number | undefined {
    return this.#publisher.pid;
  }

  sendAudio(message: SpeechMessage): void {
    const utterance = this.#utteranceOf(message.reqId);
    if (!utterance) return;
    if (utterance !== this.#current) this.#turnTo(utterance);
    this.#take(utterance, message, true);
  }

  sendMotion(message: SpeechEnvelope): void {
    if (message.interrupted) return;
    const utterance = this.#utteranceOf(message.reqId);
    if (!utterance) return;
    if (utterance !== this.#current) this.#next = utterance;
    this.#take(utterance, message, false);
    if (utterance !== this.#current && utterance.startsMs() !== undefined) this.#turnTo(utterance);
  }

  flush(): number {
    this.#epoch = (this.#epoch + 1) >>> 0;
    if (this.#closed) return this.#epoch;
    this.#cut(this.#next);
    this.#next = undefined;
    this.#cutCurrent();
    this.#control(ControlAction.FLUSH);
    return this.#epoch;
  }

  hold(): void {
    const utterance = this.#current;
    if (!utterance || utterance.held) return;
    utterance.held = true;
    this.#publisher.send({ kind: 'clear' });
    // Clients fall silent at once: what is on its way to them is not heard.
    utterance.rewind(Math.max(0, utterance.clock.leavingMs(this.#nowMs()) - PLAYOUT_MS));
    this.#control(ControlAction.HOLD);
  }

  resume(): void {
    const utterance = this.#current;
    if (!utterance?.held) return;
    utterance.held = false;
    this.#control(ControlAction.RESUME);
    this.#delivery.go(utterance);
  }

  transcript(line: TranscriptLine): void {
    this.#packets.messages([encodeTranscript(line)]);
  }

  presence(state: PresenceName): void {
    this.#presence = state;
    this.#tell('presence', { state: PRESENCE[state] });
  }

  error(error: VisavisError): void {
    this.#tell('error', errorBody(error));
  }

  call(to: string, method: string, payload: string): void {
    if (!this.#closed) this.#rpc.make(to, method, payload);
  }

  close(): Promise<void> {
    if (!this.#closed) this.#publisher.leave();
    return this.#gone;
  }

  #nowMs(): number {
    return this.#options.clock.nowMs();
  }

  /** The utterance that the message belongs to; undefined where it is over. */
  #utteranceOf(reqId: string): Utterance | undefined {
    if (this.#closed || this.#over.has(reqId)) return undefined;
    for (const known of [this.#current, this.#next]) if (known?.reqId === reqId) return known;
    return new Utterance(reqId, () => this.#options.decoders.take(), this.#nowMs());
  }

  /** The next utterance begins, and cuts what is still being said. */
  #turnTo(utterance: Utterance): void {
    this.#cutCurrent();
    if (this.#next !== utterance) this.#cut(this.#next);
    this.#next = undefined;
    this.#current = utterance;
    utterance.number = this.#utterances += 1;
    this.#options.carrier.reset();
    this.#reports.began(utterance.reqId);
  }

  #take(utterance: Utterance, message: SpeechMessage, isAudio: boolean): void {
    try {
      utterance.take(message, isAudio);
    } catch (error) {
      this.#error.emit(VisavisError.from(error, 'protocolError'));
    }
    if (utterance === this.#current) this.#delivery.go(utterance);
  }

  #cutCurrent(): void {
    const utterance = this.#current;
    if (!utterance) return;
    this.#current = undefined;
    this.#delivery.stop();
    this.#publisher.send({ kind: 'clear' });
    this.#cut(utterance);
  }

  #cut(utterance: Utterance | undefined): void {
    if (!utterance) return;
    const playedMs = this.#playedMs(utterance);
    utterance.close();
    this.#rememberOver(utterance.reqId);
    this.#reports.ended(utterance.reqId, playedMs, true, this.viewer !== undefined);
  }

  #playedMs(utterance: Utterance): number {
    return utterance.clock.mark ? Math.max(0, utterance.clock.leavingMs(this.#nowMs()) - PLAYOUT_MS) : 0;
  }

  #rememberOver(reqId: string): void {
    this.#over.add(reqId);
    if (this.#over.size > MAX_CLOSED) this.#over.delete(this.#over.values().next().value!);
  }

  #complete(utterance: Utterance): void {
    this.#current = undefined;
    utterance.close();
    this.#rememberOver(utterance.reqId);
    this.#reports.ended(utterance.reqId, utterance.clock.untilMs, false, this.viewer !== undefined);
  }

  #begin(run: number, present: readonly string[]): void {
    this.#viewers.met(present);
    this.#packets.begin(run);
    this.#welcome([]);
    this.#rpc.again();
    if (this.#current) this.#delivery.go(this.#current);
  }

  /** What had not left is said again, by the next publisher. */
  #lose(error: VisavisError): void {
    this.#packets.end();
    this.#delivery.stop();
    const utterance = this.#current;
    if (utterance && !utterance.held) utterance.rewind(utterance.clock.leavingMs(this.#nowMs()));
    this.#options.carrier.reset();
    this.#error.emit(error);
  }

  #end(error: VisavisError | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#packets.end();
    this.#delivery.stop();
    for (const utterance of [this.#current, this.#next]) utterance?.close();
    this.#current = this.#next = undefined;
    this.#reports.cutAll();
    if (error) this.#error.emit(error);
    this.#options.decoders.close();
    this.#close.emit({ code: error ? 1011 : 1000, reason: error?.code ?? '' });
    const all = [this.#text, this.#interrupt, this.#microphone, this.#position, this.#finished, this.#started, this.#led, this.#error, this.#close];
    for (const listeners of all) listeners.clear();
    this.#left();
  }

  #hear(message: FromPublisher): void {
    switch (message.kind) {
      case 'captured': return void (this.#current && this.#delivery.captured(this.#current, message.id, message.exitMs));
      case 'data': return this.#viewers.read(message.from, message.bytes);
      // Copied: what comes between processes may lie anywhere, and samples want an even place.
      case 'microphone': return this.#microphone.emit({ pcm: Uint8Array.from(message.pcm), isFilled: false });
      case 'called': return this.#rpc.answered(message);
      case 'went': return this.#viewers.went(message.identity);
    }
  }

  #follow(message: ClientMessage): void {
    switch (message.case) {
      case 'text': return this.#readText(message.value.text);
      case 'interrupt': return this.#interrupt.emit(message.value.reason);
      case 'playbackPosition': return this.#readPosition(message.value);
      case 'playbackFinished': return this.#reports.finished(message.value);
    }
  }

  #readText(text: string): void {
    if (text.length > MAX_TEXT_LENGTH) return this.error(new VisavisError('messageTooLarge', `a text holds at most ${MAX_TEXT_LENGTH} characters`));
    if (text !== '') this.#text.emit(text);
  }

  #readPosition(position: PlaybackPosition): void {
    if (this.#reports.played(position.reqId, position.playedMs)) this.#position.emit(position);
  }

  #welcome(to: readonly string[]): void {
    const { manifestUrl, avatarId } = this.#options;
    const messages = [
      encodeServerMessage('welcome', { epoch: this.#epoch, avatarId, manifestUrl, resumed: true }),
      encodeServerMessage('presence', { state: PRESENCE[this.#presence] }),
    ];
    if (this.#current?.beginTold) messages.push(encodeServerMessage('audio', { epoch: this.#epoch, reqId: this.#current.reqId, end: this.#current.endTold }));
    this.#packets.messages(messages, to);
  }

  #control(action: ControlAction): void {
    this.#tell('control', { action, epoch: this.#epoch });
  }

  #tell<K extends ServerKind>(kind: K, body: ServerBodies[K]): void {
    this.#packets.messages([encodeServerMessage(kind, body)]);
  }
}
