import type { Anchor } from './anchor.js';
import { RtpClock } from './rtp-clock.js';

/** What a track's receiver tells: satisfied by `RTCRtpReceiver`. */
export interface TrackReceiver {
  getSynchronizationSources(): readonly { readonly rtpTimestamp: number; readonly timestamp: number }[];
  getStats(): Promise<{ forEach(visit: (report: InboundReport & { readonly type: string }) => void): void }>;
}

interface InboundReport {
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
  readonly bytesReceived?: number;
  /** Seconds. */
  readonly jitter?: number;
}

/** Delays are asked for this often: in the beginning, and later. */
const FIRST_ASK_MS = 100;
const ASK_MS = 500;
const SETTLING_MS = 4_000;

/** One track of the avatar while it is subscribed: what of it is heard, by the backend's clock. */
export class TrackReader {
  readonly run: number;
  readonly #receiver: TrackReceiver;
  readonly #clock = new RtpClock();
  readonly #anchor: Anchor;
  readonly #beganMs: number;
  #askedMs = -Infinity;
  #asking = false;
  #last: InboundReport = {};
  #readMs = -Infinity;
  #received = 0;

  constructor(run: number, receiver: TrackReceiver, anchor: Anchor, nowMs: number) {
    this.run = run;
    this.#receiver = receiver;
    this.#anchor = anchor;
    this.#beganMs = nowMs;
  }

  /** Bytes of sound that came. */
  get bytesReceived(): number {
    return this.#received;
  }

  /** The backend's clock when what is heard at `nowMs` left; undefined where the sound stands still or its place is not known. */
  heardMs(nowMs: number, latencyMs: number): number | undefined {
    this.poll(nowMs);
    if (!this.#clock.isAlive(nowMs)) return undefined;
    const rtpMs = this.#clock.rtpAt(nowMs - latencyMs);
    return rtpMs === undefined ? undefined : this.#anchor.leftAt(rtpMs);
  }

  poll(nowMs: number): void {
    if (nowMs - this.#readMs < 2) return;
    this.#readMs = nowMs;
    const source = this.#receiver.getSynchronizationSources()[0];
    if (source) this.#clock.read(source.rtpTimestamp, nowMs - Math.max(0, performance.timeOrigin + nowMs - source.timestamp));
    const everyMs = nowMs - this.#beganMs < SETTLING_MS ? FIRST_ASK_MS : ASK_MS;
    if (!this.#asking && nowMs - this.#askedMs >= everyMs) void this.#ask(nowMs);
  }

  /** How long samples wait in the jitter buffer says when they arrived. */
  async #ask(nowMs: number): Promise<void> {
    this.#asking = true;
    this.#askedMs = nowMs;
    try {
      const stats = await this.#receiver.getStats();
      stats.forEach((report) => { if (report.type === 'inbound-rtp') this.#take(report); });
    } catch {
      // The track is going: what was known stands.
    } finally {
      this.#asking = false;
    }
  }

  #take(report: InboundReport): void {
    this.#received = report.bytesReceived ?? this.#received;
    const { jitterBufferDelay: delayS = 0, jitterBufferEmittedCount: count = 0 } = report;
    const samples = count - (this.#last.jitterBufferEmittedCount ?? 0);
    if (samples <= 0 || this.#clock.lagMs === undefined) return;
    const delayMs = ((delayS - (this.#last.jitterBufferDelay ?? 0)) * 1000) / samples;
    this.#last = report;
    this.#anchor.audio(this.#clock.lagMs - delayMs, (report.jitter ?? 0) * 1000, performance.now());
  }
}
