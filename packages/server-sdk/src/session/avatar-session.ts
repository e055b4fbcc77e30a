import {
  createRequestId, encodeEnvelope, type Capability, type ServerConfirmSession, type ServerResponseAnimation,
} from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';
import type { WebSocket } from 'ws';
import { resolveConfig, type AvatarSessionConfig, type ResolvedConfig } from './config.js';
import type { EnvelopeMessage, SpeechListener, SpeechMessage } from '../speech.js';
import { closedWhileConnecting, Connector } from './connector.js';
import { codedError } from './failure.js';
import { IngressLink, LOW_WATER_BYTES } from './link.js';
import { bareEnd, interruptedEnd, isAudioOnly, speechMessage } from './reply.js';
import { MAX_KEPT_BYTES, RequestBook } from './requests.js';
import { toLaterOptions, toRequestOptions, type SpeechOptions } from './speech-options.js';
import type { Opening } from './utterance.js';

/** Audio that may wait to be sent, bytes: five minutes at 24 kHz. Beyond it `sendAudio` refuses. */
export const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

export type SessionState = 'new' | 'starting' | 'open' | 'reconnecting' | 'closed';

/**
 * A line to a Motion Server that outlives its connections: one that is lost is replaced, and what was being answered goes
 * on where it stopped. Single use: a session that has ended is replaced, not restarted.
 */
export interface AvatarSession {
  readonly state: SessionState;
  /** Set once `start` has resolved; another one after a reconnection. */
  readonly connectionId: string | undefined;
  /** What the server granted of the capabilities asked for. */
  readonly granted: ReadonlySet<Capability>;
  /** Fetches the session token ahead of `start`, which otherwise does so. */
  init(): Promise<void>;
  /** Connects and configures; resolves with the connection id. Rejects with a `VisavisError`, and the session has then ended. */
  start(): Promise<string>;
  /**
   * Sends PCM (mono s16le at the session's rate, any length), while reconnecting as soon as it is done. Chunks belong to
   * one request until one has `end`. Returns the request's id. Throws `invalidState` where the session is not open,
   * `queueFull` (nothing was sent, await `ready()` and repeat) where 16 MiB already wait, or 32 MiB are kept while
   * reconnecting, `messageTooLarge` where the chunk alone is more, `invalidRequest` where the options say what cannot be. Of
   * a request's later chunks the options' words and phonemes count.
   */
  sendAudio(audio: Uint8Array, end?: boolean, options?: SpeechOptions): string;
  /** Resolves when less than 1 MiB waits to be sent, or when the session has ended. */
  ready(): Promise<void>;
  /**
   * Cuts whatever is still being answered. From now on nothing of it is delivered but its `end`; the next audio
   * opens a new request. Returns the id of the last request, '' where there was none or the session is not open.
   */
  interrupt(): string;
  /**
   * Adds a listener to what `onAudio` and `onMotion` are told, after them; the returned function takes it away again. With it
   * a session is a stream that can be published elsewhere, as into a LiveKit room.
   */
  subscribe(listener: SpeechListener): () => void;
  /** Ends the session; resolves when the connection is closed. May be called at any time, any number of times. */
  close(): Promise<void>;
}

/** Makes a session. Throws `invalidConfiguration` (or `unsupportedSampleRate`) and touches no network. */
export function newAvatarSession(config: AvatarSessionConfig = {}): AvatarSession {
  return new IngressSession(resolveConfig(config));
}

class IngressSession implements AvatarSession {
  readonly #config: ResolvedConfig;
  readonly #book: RequestBook;
  readonly #connector: Connector<IngressLink>;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<SpeechListener>();
  #state: SessionState = 'new';
  /** Starting or reconnecting; settles when that is over, and never rejects. */
  #connecting: Promise<unknown> = Promise.resolve();
  /** The connection in use, or the last there was. */
  #link: IngressLink | undefined;

  constructor(config: ResolvedConfig) {
    this.#config = config;
    this.#book = new RequestBook(() => createRequestId(config.clock.nowMs(), config.randomBytes));
    this.#connector = new Connector(config, this.#abort.signal, (socket, confirm) => this.#adopt(socket, confirm));
  }

  get state(): SessionState {
    return this.#state;
  }

  get connectionId(): string | undefined {
    return this.#link?.connectionId;
  }

  get granted(): ReadonlySet<Capability> {
    return this.#link?.granted ?? new Set();
  }

  init(): Promise<void> {
    return this.#connector.prepare();
  }

  async start(): Promise<string> {
    if (this.#state !== 'new') throw new VisavisError('invalidState', 'a session is started once; make a new one with newAvatarSession');
    this.#state = 'starting';
    const starting = this.#connector.open();
    this.#connecting = starting.catch(() => undefined);
    try {
      const link = await starting;
      if (this.#abort.signal.aborted) throw closedWhileConnecting();
      return link.connectionId;
    } catch (error) {
      this.#finish();
      throw error;
    }
  }

  sendAudio(audio: Uint8Array, end = false, options?: SpeechOptions): string {
    const link = this.#usableLink();
    const open = this.#state === 'open';
    if (open) refuseBeyond(MAX_BUFFERED_BYTES, audio.length, link.bufferedBytes);
    else refuseBeyond(MAX_KEPT_BYTES, audio.length, this.#book.keptBytes);
    const opening = this.#book.nextIsFirst ? this.#opening(options) : undefined;
    const times = opening ? undefined : toLaterOptions(options ?? {}, this.#book.told);
    const mirrored = !link.granted.has('audio');
    const { reqId, state } = this.#book.add(audio, end, { sampleRate: this.#config.sampleRate, expectsAudio: !mirrored }, { ...(opening && { opening }), times });
    if (open && state !== 'dropped') link.send('clientAudioInput', { reqId, end, audio, ...opening, ...(times && { requestOptions: times }) });
    if (mirrored) this.#mirror(reqId, audio, end, link.connectionId);
    return reqId;
  }

  async ready(): Promise<void> {
    if (this.#state === 'reconnecting' && this.#book.keptBytes > LOW_WATER_BYTES) await this.#connecting;
    await this.#link?.drained();
  }

  interrupt(): string {
    const link = this.#link;
    if (!link || (this.#state !== 'open' && this.#state !== 'reconnecting')) return '';
    const reqIds = this.#book.interrupt();
    for (const listener of [...this.#listeners]) listener.onInterrupt?.();
    if (this.#state === 'reconnecting') this.#dropInterrupted(link);
    else for (const reqId of reqIds) link.send('clientInterrupt', { reqId });
    return reqIds.at(-1) ?? '';
  }

  subscribe(listener: SpeechListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#connecting;
    await this.#link?.close();
    this.#finish();
  }

  /** Takes a confirmed connection into use, synchronously: no message and no close of it may come in between. */
  #adopt(socket: WebSocket, confirm: ServerConfirmSession): IngressLink {
    const link: IngressLink = new IngressLink(socket, confirm, this.#config.clock, {
      onResponse: (response, bytes) => this.#deliver(response, bytes),
      onError: (error) => this.#hear(error),
      onClosed: (closeCode, error) => {
        if (this.#link === link) this.#lose(closeCode, error);
      },
    });
    if (this.#state === 'reconnecting') this.#resend(link);
    this.#link = link;
    const resumed = this.#state === 'reconnecting';
    this.#state = 'open';
    if (resumed) this.#config.onState('open');
    return link;
  }

  #resend(link: IngressLink): void {
    const { awaited } = this.#book;
    if (awaited.length > 0 && link.granted.has('audio') !== this.granted.has('audio')) {
      const text = 'the server that took over sends other audio than the one before; give all of them the same version';
      throw codedError('protocolError', { phase: 'websocket_handshake', text, connectionId: link.connectionId });
    }
    for (const utterance of awaited) {
      for (const input of utterance.resume()) link.send('clientAudioInput', input);
    }
  }

  #usableLink(): IngressLink {
    if (this.#link && (this.#state === 'open' || this.#state === 'reconnecting')) return this.#link;
    const advice = this.#state === 'closed' ? 'it has ended; make a new one' : 'await start() first';
    throw new VisavisError('invalidState', `the session is not open: ${advice}`);
  }

  #opening(options: SpeechOptions | undefined): Opening {
    const traceContext = this.#config.traceContext?.();
    return { ...(options ? { requestOptions: toRequestOptions(options) } : {}), ...(traceContext ? { traceContext } : {}) };
  }

  #deliver(response: ServerResponseAnimation, bytes: Uint8Array): void {
    const { reqId, end } = response;
    this.#connector.confirmWorking();
    const utterance = this.#book.find(reqId);
    if (end) this.#book.finish(reqId);
    if (utterance?.state === 'interrupted') {
      if (end) this.#tellMotion(interruptedEnd(response, bytes));
      return;
    }
    const fresh = utterance ? utterance.accept(response) : response;
    if (!fresh) return;
    const message = speechMessage(fresh, fresh === response ? bytes : encodeEnvelope('serverResponseAnimation', fresh));
    if (isAudioOnly(fresh)) this.#tellAudio(message);
    else this.#tellMotion(message);
  }

  #mirror(reqId: string, pcm: Uint8Array, end: boolean, connectionId: string): void {
    this.#tellAudio({ kind: 'pcm', reqId, connectionId, end, pcm, sampleRate: this.#config.sampleRate });
  }

  #tellAudio(message: SpeechMessage): void {
    this.#config.onAudio(message);
    for (const listener of [...this.#listeners]) listener.onAudio(message);
  }

  #tellMotion(message: EnvelopeMessage): void {
    this.#config.onMotion(message);
    for (const listener of [...this.#listeners]) listener.onMotion(message);
  }

  #hear(error: VisavisError): void {
    const reqId = error.detail['reqId'];
    if (typeof reqId === 'string') this.#book.fail(reqId);
    this.#report(error);
  }

  #report(error: VisavisError): void {
    if (this.#state !== 'closed') this.#config.onError(error);
  }

  #lose(closeCode: number, error: VisavisError | undefined): void {
    const resumable = this.#book.awaited.every((utterance) => utterance.resumable);
    if (error && resumable && !this.#abort.signal.aborted && this.#connector.canReplace(closeCode)) {
      this.#connecting = this.#reconnect(closeCode, error);
      return;
    }
    if (error) this.#report(error);
    this.#finish();
  }

  async #reconnect(closeCode: number, loss: VisavisError): Promise<void> {
    this.#state = 'reconnecting';
    this.#dropInterrupted(this.#link!);
    this.#config.onState('reconnecting');
    try {
      await this.#connector.reopen(closeCode, loss);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#report(asFatal(VisavisError.from(error, 'unknown')));
      this.#finish();
    }
  }

  /** Nobody is left who would say the end of requests that were cut. */
  #dropInterrupted(link: IngressLink): void {
    for (const reqId of this.#book.lose()) {
      if (link.granted.has('interrupted-end')) this.#tellMotion(bareEnd(reqId, link.connectionId));
    }
  }

  #finish(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#abort.abort();
    this.#listeners.clear();
    this.#config.onClose();
  }
}

function refuseBeyond(bound: number, size: number, waiting: number): void {
  if (size > MAX_BUFFERED_BYTES) throw new VisavisError('messageTooLarge', `a chunk holds at most ${MAX_BUFFERED_BYTES} bytes; send it in parts`);
  if (waiting + size > bound) throw new VisavisError('queueFull', 'the network does not keep up; await ready(), then send this chunk again');
}

/** The session has ended with it, whatever it means elsewhere. */
function asFatal(error: VisavisError): VisavisError {
  if (error.fatal) return error;
  const { code, message, retryable, detail } = error;
  return new VisavisError(code, message, { fatal: true, retryable, detail, cause: error });
}
