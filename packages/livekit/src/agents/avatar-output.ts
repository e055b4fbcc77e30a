import { voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import type { VisavisError } from '@visavis/protocol/errors';
import type { Presenter, Turn } from '@visavis/server-sdk';
import type { RoomStage } from '../node/index.js';

/** One stretch of the agent's speech: one request. */
class Segment {
  readonly turn: Turn;
  audioMs = 0;
  started = false;
  over = false;

  constructor(turn: Turn) {
    this.turn = turn;
  }
}

/**
 * The agent's voice on its way to the avatar. Every segment that was captured is reported finished once, with how much of it
 * was heard, or the agent would wait for ever.
 */
export class AvatarOutput extends voice.AudioOutput {
  readonly #presenter: Presenter;
  readonly #onError: (error: VisavisError) => void;
  /** Not reported yet, oldest first. The agent waits for one before the next, so they are few. */
  readonly #segments: Segment[] = [];
  readonly #unsubscribe: readonly (() => void)[];
  #open: Segment | undefined;

  constructor(presenter: Presenter, stage: RoomStage, sampleRate: number, onError: (error: VisavisError) => void) {
    super(sampleRate, undefined, { pause: false });
    this.#presenter = presenter;
    this.#onError = onError;
    this.#unsubscribe = [
      stage.onPlaybackStarted(({ reqId }) => this.#start(reqId)),
      stage.onPlaybackFinished(({ reqId, playedMs, interrupted }) => {
        const segment = this.#segments.find(({ turn }) => turn.reqId === reqId);
        // A viewer may say what it likes: more than was said it has not heard.
        if (segment) this.#finish(segment, Math.min(playedMs, segment.audioMs), interrupted);
      }),
      stage.onClose(() => this.close()),
    ];
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    await super.captureFrame(frame);
    const segment = (this.#open ??= this.#begin());
    segment.audioMs += (frame.samplesPerChannel * 1000) / frame.sampleRate;
    const { buffer, byteOffset, byteLength } = frame.data;
    try {
      await segment.turn.send(new Uint8Array(buffer, byteOffset, byteLength).slice());
    } catch (error) {
      this.#fail(segment, error as VisavisError);
    }
  }

  override flush(): void {
    super.flush();
    const segment = this.#open;
    this.#open = undefined;
    segment?.turn.end().catch((error: unknown) => this.#fail(segment, error as VisavisError));
  }

  /** Silence at once. What had begun is reported by who heard it. */
  override clearBuffer(): void {
    this.#open = undefined;
    this.#presenter.interrupt();
    for (const segment of [...this.#segments]) if (!segment.started) this.#finish(segment, 0, true);
  }

  /** The Motion Server gave up a request: nothing more of it will come. */
  abandon(reqId: string): void {
    if (this.#segments.some(({ turn }) => turn.reqId === reqId)) this.clearBuffer();
  }

  /** Nothing is heard any more. */
  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const segment of [...this.#segments]) this.#finish(segment, 0, true);
  }

  #begin(): Segment {
    const segment = new Segment(this.#presenter.beginTurn());
    this.#segments.push(segment);
    // Cut before any of it was heard, by whoever cut it.
    segment.turn.signal.addEventListener('abort', () => { if (!segment.started) this.#finish(segment, 0, true); }, { once: true });
    return segment;
  }

  #start(reqId: string): void {
    const segment = this.#segments.find(({ turn }) => turn.reqId === reqId);
    if (!segment || segment.started) return;
    segment.started = true;
    this.onPlaybackStarted(Date.now());
  }

  #fail(segment: Segment, error: VisavisError): void {
    if (!segment.over) this.#onError(error);
    if (this.#open === segment) this.#open = undefined;
    this.#finish(segment, 0, true);
  }

  #finish(segment: Segment, playedMs: number, interrupted: boolean): void {
    if (segment.over) return;
    segment.over = true;
    this.#segments.splice(this.#segments.indexOf(segment), 1);
    this.onPlaybackFinished({ playbackPosition: playedMs / 1000, interrupted });
  }
}
