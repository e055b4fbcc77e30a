import { VisavisError } from '@visavis/protocol/errors';
import type { Clock } from '../clock.js';
import type { FromPublisher, ToPublisher } from './messages.js';
import type { PublisherProcess, StartPublisher } from './process.js';

export interface PublisherOptions {
  readonly url: string;
  readonly token: () => string | Promise<string>;
  readonly listenTo: readonly string[] | 'all' | 'nobody';
  readonly placeholderVideo: boolean;
  readonly proxy: string | undefined;
  readonly clock: Clock;
  readonly start: StartPublisher;
  readonly random: () => number;
  /** A track is there, empty: the first, or another in place of one whose process died. */
  onTrack(run: number, present: readonly string[]): void;
  /** Nothing reaches the room until the next `onTrack`. */
  onLost(error: VisavisError): void;
  onMessage(message: FromPublisher): void;
  /** It has ended for good; undefined where it was told to leave. Exactly once, last. */
  onEnd(error: VisavisError | undefined): void;
}

/** Waits before joining again, by how often in a row it failed; after the last it gives up. */
const RETRY_MS = [0, 250, 500, 1_000, 2_000, 4_000, 4_000, 4_000] as const;
/** A track that lasted this long was a success: the next failure is the first again. */
const STEADY_MS = 10_000;
/** A process that does not answer for this long hangs, and is replaced. */
const PING_EVERY_MS = 1_000;
const ANSWER_MS = 3_000;
/** Joining takes 0.3 s; a server that does not answer is given this long. */
const JOIN_MS = 20_000;
const LEAVE_MS = 3_000;
/** Three bytes in every packet; a track that follows another has another number all but never. */
const MAX_RUN = 0x1f_fffe;

/** Sees to it that there is a publisher in the room: starts its process, and another where that dies or hangs. */
export class Publisher {
  readonly #options: PublisherOptions;
  #process: PublisherProcess | undefined;
  #run = 0;
  #joinedMs: number | undefined;
  #failures = 0;
  #reason: VisavisError | undefined;
  #heardMs = 0;
  #cancelTimer: () => void = () => undefined;
  #ending = false;
  #ended = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
    void this.#begin();
  }

  /** Process id of the publisher, where there is one. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  send(message: ToPublisher): void {
    if (this.#joinedMs !== undefined) this.#process?.send(message);
  }

  /** Leaves the room; `onEnd` follows. */
  leave(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#cancelTimer();
    if (!this.#process) return this.#end(undefined);
    this.#process.send({ kind: 'leave' });
    this.#cancelTimer = this.#options.clock.after(LEAVE_MS, () => this.#process?.kill());
  }

  async #begin(): Promise<void> {
    const { clock, start, url, listenTo, placeholderVideo, proxy } = this.#options;
    this.#reason = undefined;
    this.#run = 1 + Math.floor(this.#options.random() * MAX_RUN);
    try {
      // The process loads while the token is made.
      const publisher: PublisherProcess = start({
        onMessage: (message) => this.#hear(message),
        onExit: () => this.#exited(),
      });
      this.#process = publisher;
      this.#cancelTimer = clock.after(JOIN_MS, () => this.#giveUpOn(new VisavisError('connectionFailed', 'LiveKit did not let the avatar in within 20 s')));
      const token = await this.#options.token();
      publisher.send({ kind: 'join', url, token, trackName: String(this.#run), listenTo, placeholderVideo, proxy });
    } catch (cause) {
      this.#giveUpOn(VisavisError.from(cause, 'connectionFailed'), true);
    }
  }

  #hear(message: FromPublisher): void {
    this.#heardMs = this.#options.clock.nowMs();
    if (message.kind === 'joined') return this.#joined(message.present);
    if (message.kind === 'failed') return this.#fail(message);
    if (message.kind !== 'pong' && this.#joinedMs !== undefined) this.#options.onMessage(message);
  }

  #joined(present: readonly string[]): void {
    this.#cancelTimer();
    if (this.#ending) return;
    this.#joinedMs = this.#options.clock.nowMs();
    this.#beat();
    this.#options.onTrack(this.#run, present);
  }

  #beat(): void {
    const { clock } = this.#options;
    if (clock.nowMs() - this.#heardMs > ANSWER_MS) return this.#giveUpOn(new VisavisError('connectionFailed', 'the publisher does not answer'));
    this.#process?.send({ kind: 'ping' });
    this.#cancelTimer = clock.after(PING_EVERY_MS, () => this.#beat());
  }

  #fail({ code, message, isFinal }: Extract<FromPublisher, { kind: 'failed' }>): void {
    this.#giveUpOn(new VisavisError(code, message, { fatal: isFinal, retryable: !isFinal }), isFinal);
  }

  /** Its exit follows, and what comes next with it. */
  #giveUpOn(error: VisavisError, isFinal = false): void {
    if (this.#ended) return;
    this.#reason ??= error;
    this.#ending ||= isFinal;
    this.#cancelTimer();
    if (this.#process) this.#process.kill();
    else this.#exited();
  }

  #exited(): void {
    const { clock, onLost } = this.#options;
    this.#cancelTimer();
    this.#process = undefined;
    if (this.#ending) return this.#end(this.#reason);
    const lasted = this.#joinedMs !== undefined && clock.nowMs() - this.#joinedMs > STEADY_MS;
    this.#failures = lasted ? 1 : this.#failures + 1;
    this.#joinedMs = undefined;
    const error = this.#reason ?? new VisavisError('connectionFailed', 'the publisher’s process died; another takes its place');
    const waitMs = RETRY_MS[this.#failures - 1];
    if (waitMs === undefined) return this.#end(new VisavisError('connectionFailed', `gave up publishing into the room: ${error.message}`, { cause: error, fatal: true }));
    onLost(error);
    if (waitMs === 0) void this.#begin();
    else this.#cancelTimer = clock.after(waitMs, () => void this.#begin());
  }

  #end(error: VisavisError | undefined): void {
    if (this.#ended) return;
    this.#ended = this.#ending = true;
    this.#joinedMs = undefined;
    this.#options.onEnd(error);
  }
}
