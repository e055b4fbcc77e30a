import type { VisavisError } from '@visavis/protocol/errors';
import { hostClock, type Clock } from '../clock.js';
import { joinRoom, type RoomOptions } from '../publish.js';
import type { FinishedReport } from '../stage/reports.js';
import type { RoomStage } from '../stage/room-stage.js';
import { pinTo, type Pinned } from './pin.js';

/** What a session of a Motion Server asks for; `address` is what its URL's host stands for. */
export interface EgressRequest extends Required<Pick<RoomOptions, 'url' | 'apiKey' | 'apiSecret' | 'room' | 'identity' | 'avatarId'>> {
  readonly address: string;
  /** Empty where key and secret make one. */
  readonly token: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of the audio that will come, Hz. */
  readonly sampleRate: number;
}

export interface EgressEvents {
  onProblem(error: VisavisError): void;
  onEnd(error: VisavisError): void;
}

export interface LiveKitEgressOptions {
  /** How a room is joined. Default: `joinRoom`. */
  readonly join?: (options: RoomOptions) => Promise<RoomStage>;
  readonly clock?: Clock;
}

/** Who is told what was played: the agent, by either of the attributes that name it. */
const AGENT_ATTRIBUTES = ['livekit_agent_identity', 'lk.publish_on_behalf'] as const;
const STARTED = 'lk.playback_started';
const FINISHED = 'lk.playback_finished';
/** More than this is not made ready ahead of what is heard; it goes on when so much is left. */
const MAX_AHEAD_MS = 60_000;
const GO_ON_AHEAD_MS = 45_000;
const MAX_OVER = 64;

/** Publishes sessions of a Motion Server into LiveKit rooms: the server's setting `openEgress`. */
export function createLiveKitEgress({ join = joinRoom, clock = hostClock }: LiveKitEgressOptions = {}): (request: EgressRequest, events: EgressEvents) => Promise<RoomEgress> {
  return async (request, events) => {
    const pinned = await pinTo(request.url, request.address);
    const { token, apiKey, apiSecret, room, identity, avatarId, attributes } = request;
    const way = token === '' ? { apiKey, apiSecret, attributes } : { token };
    try {
      const stage = await join({ ...way, url: pinned.url, room, identity, avatarId, placeholderVideo: true, proxy: pinned.proxy, clock });
      return new RoomEgress(stage, request, events, pinned, clock);
    } catch (error) {
      pinned.close();
      throw error;
    }
  };
}

/** One session in its room: one request after another, and the agent is told once of each how much of it was heard. */
export class RoomEgress {
  readonly #stage: RoomStage;
  readonly #agent: string | undefined;
  readonly #sampleRate: number;
  readonly #clock: Clock;
  /** Told of, or without a sound to tell of; the oldest is forgotten first. */
  readonly #over = new Set<string>();
  readonly #wakers = new Set<() => void>();
  #current: { readonly reqId: string; audioMs: number; startedMs: number | undefined } | undefined;
  #closing = false;

  constructor(stage: RoomStage, { attributes, sampleRate }: EgressRequest, events: EgressEvents, pinned: Pinned, clock: Clock) {
    this.#stage = stage;
    this.#agent = AGENT_ATTRIBUTES.map((name) => attributes[name]).find((value) => value !== undefined && value !== '');
    this.#sampleRate = sampleRate;
    this.#clock = clock;
    let last: VisavisError | undefined;
    stage.onPlaybackStarted(({ reqId }) => this.#started(reqId));
    stage.onPlaybackFinished((report) => this.#finished(report));
    stage.onError((error) => {
      last = error;
      events.onProblem(error);
    });
    stage.onClose(() => {
      pinned.close();
      this.#wake();
      if (!this.#closing && last) events.onEnd(last);
    });
  }

  /** Process id of the publisher now. */
  get publisherPid(): number | undefined {
    return this.#stage.publisherPid;
  }

  sendAudio(reqId: string, pcm: Uint8Array): void {
    if (this.#over.has(reqId) || pcm.length === 0) return;
    if (this.#current?.reqId !== reqId) this.#current = { reqId, audioMs: 0, startedMs: undefined };
    this.#current.audioMs += (pcm.length * 500) / this.#sampleRate;
    this.#stage.sendAudio({ kind: 'pcm', reqId, pcm, sampleRate: this.#sampleRate, end: false });
  }

  sendMotion(reqId: string, bytes: Uint8Array, end: boolean): void {
    if (this.#over.has(reqId)) return;
    if (this.#current?.reqId === reqId) this.#stage.sendMotion({ kind: 'envelope', reqId, bytes, end });
    // No sound came, so none will be heard: nobody waits to hear of it.
    else if (end) this.#remember(reqId);
  }

  async ready(): Promise<void> {
    while (this.#aheadMs() > MAX_AHEAD_MS) await this.#sleep(this.#aheadMs() - GO_ON_AHEAD_MS);
  }

  async played(reqId: string): Promise<void> {
    while (!this.#over.has(reqId) && !this.#stage.closed) await this.#sleep();
  }

  interrupt(reqId: string): void {
    if (this.#over.has(reqId)) return;
    if (this.#current?.reqId !== reqId) return this.#tell({ reqId, playedMs: 0, interrupted: true });
    // Its report follows, from the viewer that hears it; whoever waits to go on need not wait for that.
    this.#stage.flush();
    this.#remember(reqId);
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#stage.close();
  }

  #aheadMs(): number {
    const { audioMs = 0, startedMs = this.#clock.nowMs() } = this.#current ?? {};
    return this.#stage.closed || !this.#current || this.#over.has(this.#current.reqId) ? 0 : audioMs - (this.#clock.nowMs() - startedMs);
  }

  #sleep(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = ms === undefined ? () => undefined : this.#clock.after(ms, () => wake());
      const wake = (): void => {
        cancel();
        this.#wakers.delete(wake);
        resolve();
      };
      this.#wakers.add(wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }

  #started(reqId: string): void {
    if (this.#current?.reqId === reqId) this.#current.startedMs = this.#clock.nowMs();
    if (this.#agent !== undefined) this.#stage.call(this.#agent, STARTED, '');
  }

  #finished(report: FinishedReport): void {
    const ofCurrent = this.#current?.reqId === report.reqId ? this.#current : undefined;
    // A viewer may say what it likes: more than was sent it has not heard.
    this.#tell({ ...report, playedMs: Math.min(report.playedMs, ofCurrent?.audioMs ?? report.playedMs) });
  }

  /** The stage reports each request once, and one that never began is told of here. */
  #tell({ reqId, playedMs, interrupted }: FinishedReport): void {
    this.#remember(reqId);
    if (this.#agent === undefined) return;
    this.#stage.call(this.#agent, FINISHED, JSON.stringify({ playback_position: playedMs / 1000, interrupted }));
  }

  #remember(reqId: string): void {
    this.#over.add(reqId);
    if (this.#over.size > MAX_OVER) this.#over.delete(this.#over.values().next().value!);
    this.#wake();
  }
}
