import { VisavisError } from '@visavis/protocol/errors';
import type { RelayClient } from '../relay/relay-client.js';
import { newAvatarSession, type AvatarSession } from '../session/avatar-session.js';
import { resolveConfig, type AvatarSessionConfig } from '../session/config.js';
import type { SpeechOptions } from '../session/speech-options.js';
import type { EnvelopeMessage } from '../speech.js';
import { SpokenTurn, type Turn } from './turn.js';

/** How to reach the Motion Server; `avatarId` is the client's unless given. */
export type PresenterConfig = Omit<AvatarSessionConfig, 'onAudio' | 'onMotion' | 'onClose'>;

/**
 * One client's avatar. Owns the session behind it and keeps both sides in step: what the session answers goes to
 * the client, and after an interrupt nothing of what was cut does.
 */
export interface Presenter {
  /** Opens the session ahead of the first turn, which otherwise does so. */
  start(): Promise<void>;
  /** Begins a turn, and cuts one whose audio has not ended. One that is still being heard goes on until the new one's first audio cuts it. */
  beginTurn(options?: SpeechOptions): Turn;
  /** Silence, at once, on every layer. Also done by itself when the client asks for it. */
  interrupt(): void;
  /** Cuts what is being said and closes the session. Also done by itself when the client goes. */
  close(): Promise<void>;
}

/** What a presenter needs of its client: a `RelayClient` is one. */
export type PresenterClient = Pick<RelayClient, 'avatarId' | 'onInterrupt' | 'onClose' | 'sendAudio' | 'sendMotion' | 'flush' | 'error'>;

/** Throws `invalidConfiguration` (or `unsupportedSampleRate`) at once where a session could never be made of `config`. */
export function createPresenter(client: PresenterClient, config: PresenterConfig = {}): Presenter {
  return new ClientPresenter(client, config);
}

class ClientPresenter implements Presenter {
  readonly #client: PresenterClient;
  readonly #config: PresenterConfig;
  /** Requests the client has been promised an end of. */
  readonly #unfinished = new Set<string>();
  readonly #unsubscribe: (() => void)[];
  #session: AvatarSession | undefined;
  #started: Promise<AvatarSession> | undefined;
  #turn: SpokenTurn | undefined;
  #order: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(client: PresenterClient, config: PresenterConfig) {
    this.#client = client;
    this.#config = { avatarId: client.avatarId, ...config };
    resolveConfig(this.#config);
    this.#unsubscribe = [client.onInterrupt(() => this.interrupt()), client.onClose(() => void this.close())];
  }

  async start(): Promise<void> {
    await this.#open();
  }

  beginTurn(options?: SpeechOptions): Turn {
    if (this.#closed) throw new VisavisError('invalidState', 'this presenter is closed; its client is gone');
    if (this.#turn?.isOpen) this.interrupt();
    this.#turn = new SpokenTurn({
      session: () => this.#open(),
      inOrder: (work) => this.#inOrder(work),
      sent: (reqId) => this.#unfinished.add(reqId),
    }, options);
    return this.#turn;
  }

  interrupt(): void {
    this.#turn?.cut();
    this.#turn = undefined;
    this.#unfinished.clear();
    this.#client.flush();
    this.#session?.interrupt();
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      for (const unsubscribe of this.#unsubscribe) unsubscribe();
      this.interrupt();
    }
    await this.#session?.close();
  }

  /** The session in use, or a new one where there is none or it has ended. */
  #open(): Promise<AvatarSession> {
    if (this.#closed) return Promise.reject(new VisavisError('invalidState', 'this presenter is closed'));
    this.#started ??= this.#startSession();
    return this.#started;
  }

  async #startSession(): Promise<AvatarSession> {
    const session = newAvatarSession({
      ...this.#config,
      onAudio: (message) => this.#client.sendAudio(message),
      onMotion: (message) => this.#forward(message),
      onError: (error) => this.#complain(error),
      onClose: () => this.#lose(),
    });
    this.#session = session;
    try {
      await session.start();
    } catch (error) {
      if (!this.#closed) this.#tellClient(VisavisError.from(error, 'unknown'));
      throw error;
    }
    return session;
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#order.then(work);
    this.#order = done.catch(() => undefined);
    return done;
  }

  #forward(message: EnvelopeMessage): void {
    // The client has flushed an interrupted request: its end would be news of something it no longer knows.
    if (message.interrupted) return;
    if (message.end) this.#unfinished.delete(message.reqId);
    this.#client.sendMotion(message);
  }

  #complain(error: VisavisError): void {
    this.#tellClient(error);
    this.#config.onError?.(error);
  }

  /** A client learns that its avatar cannot speak, not what servers say among themselves. */
  #tellClient(error: VisavisError): void {
    const reqId = error.detail['reqId'];
    this.#client.error(new VisavisError('upstreamError', 'the avatar cannot speak just now; try again', {
      fatal: false,
      retryable: error.retryable,
      ...(reqId === undefined ? {} : { detail: { reqId } }),
    }));
  }

  /** The session has ended. A client left in the middle of an utterance would wait for its end for ever. */
  #lose(): void {
    this.#session = undefined;
    this.#started = undefined;
    if (this.#unfinished.size > 0) this.interrupt();
  }
}
