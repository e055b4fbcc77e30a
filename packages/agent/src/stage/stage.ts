import type { Emotion } from '@visavis/protocol/ingress';
import { PlaybackState } from '@visavis/protocol/downlink';
import { createPresenter, systemClock, type Clock, type Presenter, type PresenterClient, type PresenterConfig } from '@visavis/server-sdk';
import type { VisavisError } from '@visavis/protocol/errors';
import type { ClientLine } from '../conversation/client-line.js';
import { SpokenWords } from '../speech/spoken-words.js';
import { Delivery, type Heard } from './delivery.js';
import { SILENT_DB } from './loudness.js';

export interface StageEvents {
  /** Sound of it is on its way to the client. */
  onSent(delivery: Delivery): void;
  /** The first motion of it is on its way to the client. */
  onMotion(delivery: Delivery): void;
  /** The client has begun to play it; `playedMs` of it were heard already. */
  onStarted(delivery: Delivery, playedMs: number): void;
  /** Exactly once for every delivery. */
  onFinished(delivery: Delivery, heard: Heard): void;
  onError(error: VisavisError): void;
}

export interface StageOptions {
  readonly motionServer: PresenterConfig;
  /** Of the speech handed over, Hz: one of those a Motion Server takes. */
  readonly sampleRate: number;
  readonly clock?: Clock;
}

/** One client's avatar as a conversation sees it: utterances go in, and what was heard of each comes back. */
export class Stage {
  readonly sampleRate: number;
  readonly #client: ClientLine;
  readonly #events: StageEvents;
  readonly #clock: Clock;
  readonly #presenter: Presenter;
  /** Not yet finished, in the order they began: the last is being made, those before it are being heard or cut. */
  readonly #deliveries: Delivery[] = [];
  /** The one that finished last: its echo may still be in the room. */
  #last: Delivery | undefined;
  readonly #told = { sent: new WeakSet<Delivery>(), motion: new WeakSet<Delivery>(), started: new WeakSet<Delivery>() };
  readonly #unsubscribe: (() => void)[];
  #isHeld = false;

  constructor(client: ClientLine, { motionServer, sampleRate, clock = systemClock }: StageOptions, events: StageEvents) {
    this.#client = client;
    this.#events = events;
    this.#clock = clock;
    this.sampleRate = sampleRate;
    this.#presenter = createPresenter(this.#observed(), { ...motionServer, sampleRate, onError: (error) => this.#failed(error) });
    this.#unsubscribe = [
      client.onPlaybackPosition(({ reqId, playedMs, state }) => this.#positioned(reqId, playedMs, state === PlaybackState.PLAYING)),
      client.onPlaybackFinished(({ reqId, playedMs, interrupted }) => this.#find(reqId)?.handleFinished(playedMs, interrupted)),
    ];
  }

  /** Opens the session ahead of the first utterance, which otherwise does so. */
  async warmUp(): Promise<void> {
    await this.#presenter.start();
  }

  /** Begins an utterance: all of its audio is one request. */
  begin(words = new SpokenWords(), emotion?: Emotion): Delivery {
    const delivery: Delivery = new Delivery({
      clock: this.#clock,
      sampleRate: this.sampleRate,
      beginTurn: (options) => this.#presenter.beginTurn(options),
      transcript: (line) => this.#client.transcript(line),
      finished: (one, heard) => this.#finished(one, heard),
    }, words, emotion ? { emotion } : {});
    this.#deliveries.push(delivery);
    return delivery;
  }

  /** Silence, at once: all that is made or heard is cut. */
  cut(): void {
    this.#isHeld = false;
    if (this.#deliveries.every((delivery) => delivery.isOver)) return;
    this.#presenter.interrupt();
    for (const delivery of [...this.#deliveries]) delivery.cut();
  }

  hold(): void {
    this.#isHeld = true;
    this.#client.hold();
    for (const delivery of this.#deliveries) delivery.setRunning(false);
  }

  resume(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#client.resume();
    this.#deliveries.find((one) => this.#told.started.has(one))?.setRunning(true);
  }

  /** How loud the avatar was so many milliseconds ago, dBFS: what a microphone may pick up. */
  levelAgo(ms: number): number {
    return this.#deliveries.reduce((loudest, delivery) => Math.max(loudest, delivery.levelAgo(ms)), this.#last?.levelAgo(ms) ?? SILENT_DB);
  }

  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.cut();
    await this.#presenter.close();
    for (const delivery of [...this.#deliveries]) delivery.handleFinished(delivery.playedMs, true);
  }

  /** The client, but for us to see what is sent to it. */
  #observed(): PresenterClient {
    const client = this.#client;
    return {
      avatarId: client.avatarId,
      onInterrupt: client.onInterrupt,
      onClose: client.onClose,
      flush: () => client.flush(),
      error: (error) => client.error(error),
      sendAudio: (message) => {
        client.sendAudio(message);
        this.#tellOnce('sent', message.reqId, (delivery) => this.#events.onSent(delivery));
      },
      sendMotion: (message) => {
        client.sendMotion(message);
        if (message.hasAudio) this.#tellOnce('sent', message.reqId, (delivery) => this.#events.onSent(delivery));
        this.#tellOnce('motion', message.reqId, (delivery) => this.#events.onMotion(delivery));
      },
    };
  }

  #positioned(reqId: string, playedMs: number, isPlaying: boolean): void {
    const delivery = this.#find(reqId);
    if (!delivery) return;
    delivery.handlePosition(playedMs, isPlaying && !this.#isHeld);
    this.#tellOnce('started', reqId, () => this.#events.onStarted(delivery, playedMs));
  }

  #tellOnce(what: 'sent' | 'motion' | 'started', reqId: string, tell: (delivery: Delivery) => void): void {
    const delivery = this.#find(reqId);
    if (!delivery || this.#told[what].has(delivery)) return;
    this.#told[what].add(delivery);
    tell(delivery);
  }

  /** A request that the Motion Server has given up is never played to its end. */
  #failed(error: VisavisError): void {
    const reqId = error.detail['reqId'];
    if (typeof reqId === 'string' && this.#find(reqId)) this.cut();
    this.#events.onError(error);
  }

  #find(reqId: string): Delivery | undefined {
    return this.#deliveries.find((delivery) => delivery.reqId === reqId);
  }

  #finished(delivery: Delivery, heard: Heard): void {
    this.#deliveries.splice(this.#deliveries.indexOf(delivery), 1);
    this.#last = delivery;
    // The client has stopped by itself: nothing more of it is to be made.
    if (heard.interrupted && !delivery.wasCut) this.#presenter.interrupt();
    this.#events.onFinished(delivery, heard);
  }
}
