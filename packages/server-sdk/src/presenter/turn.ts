import type { AvatarSession } from '../session/avatar-session.js';
import type { SpeechOptions, SpeechTimes } from '../session/speech-options.js';

const NO_AUDIO = new Uint8Array(0);

/** What a turn needs of its presenter. */
export interface TurnHost {
  /** The session to speak on, started. */
  session(): Promise<AvatarSession>;
  /** Runs `work` after everything queued before it. */
  inOrder(work: () => Promise<void>): Promise<void>;
  sent(reqId: string): void;
}

/** One assistant turn: one request, however many pieces its audio comes in. */
export interface Turn {
  /** Aborts when the turn is cut: stop making audio for it. */
  readonly signal: AbortSignal;
  /** Known once the first piece was sent. */
  readonly reqId: string | undefined;
  /**
   * Sends a piece of PCM; await it before the next, that is the backpressure. Does nothing once the turn was cut
   * or has ended. `times` say what is heard in it, or later on, in milliseconds from the turn's first sample; they add to
   * those of `beginTurn`. Rejects with a `VisavisError`: `invalidRequest` where times cannot be, or where the Motion Server
   * cannot be reached.
   */
  send(pcm: Uint8Array, times?: SpeechTimes): Promise<void>;
  /** No more audio: the reply runs out by itself. */
  end(): Promise<void>;
}

export class SpokenTurn implements Turn {
  readonly #host: TurnHost;
  readonly #options: SpeechOptions | undefined;
  readonly #abort = new AbortController();
  #session: AvatarSession | undefined;
  #ended = false;
  reqId: string | undefined;

  constructor(host: TurnHost, options: SpeechOptions | undefined) {
    this.#host = host;
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isOpen(): boolean {
    return !this.#ended && !this.signal.aborted;
  }

  send(pcm: Uint8Array, times?: SpeechTimes): Promise<void> {
    return this.isOpen ? this.#host.inOrder(() => this.#deliver(pcm, false, times)) : Promise.resolve();
  }

  end(): Promise<void> {
    if (!this.isOpen) return Promise.resolve();
    this.#ended = true;
    return this.#host.inOrder(() => this.#deliver(NO_AUDIO, true));
  }

  cut(): void {
    this.#abort.abort();
  }

  async #deliver(pcm: Uint8Array, end: boolean, times?: SpeechTimes): Promise<void> {
    if (this.signal.aborted) return;
    const session = await this.#host.session();
    this.#session ??= session;
    // A request does not span sessions: what is left of a turn whose session ended is not spoken.
    if (this.#session !== session) return this.cut();
    await session.ready();
    if (this.signal.aborted) return;
    this.reqId = session.sendAudio(pcm, end, this.reqId === undefined ? withTimes(this.#options, times) : times);
    this.#host.sent(this.reqId);
  }
}

function withTimes(options: SpeechOptions | undefined, times: SpeechTimes | undefined): SpeechOptions | undefined {
  if (!options || !times) return options ?? times;
  const both = <T>(first: readonly T[] = [], second: readonly T[] = []): readonly T[] => [...first, ...second];
  return { ...options, words: both(options.words, times.words), phonemes: both(options.phonemes, times.phonemes) };
}
