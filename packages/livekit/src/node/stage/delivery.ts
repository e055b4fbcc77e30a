import type { Clock } from '../clock.js';
import type { MotionCarrier } from './motion-carrier.js';
import type { Packets } from './packets.js';
import type { Utterance } from './utterance.js';

/** Sound handed over ahead of leaving: motion goes with it, and so is there this much before it is needed. */
const LEAD_MS = 500;
/** Motion is sent for sound that is handed over, and this much more: a chunk's length. */
const MOTION_AHEAD_MS = 40;
/** Motion that is well ahead of its sound is bundled: a packet costs more than a frame. */
const MOTION_EVERY_MS = 200;
const WELL_AHEAD_MS = 300;

export interface DeliveryOptions {
  readonly clock: Clock;
  readonly packets: Packets;
  readonly carrier: MotionCarrier;
  /** A piece for the track: answered by `captured`. */
  sendPiece(id: number, pcm: Uint8Array): void;
  /** The first of its sound leaves. */
  onBegun(utterance: Utterance): void;
  /** The last of its sound was handed over. */
  onHandedOver(utterance: Utterance): void;
  /** All of it has left. */
  onLeft(utterance: Utterance): void;
}

/** Hands one utterance after another over to the track, piece by piece as they are due, and the motion that belongs to them. */
export class Delivery {
  readonly #options: DeliveryOptions;
  #pieces = 0;
  #motionMs = -Infinity;
  #cancel: () => void = () => undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#cancel();
  }

  /** Hands over what is due, and comes back when more is. */
  go(utterance: Utterance): void {
    this.stop();
    const { clock, packets, sendPiece } = this.#options;
    if (packets.run === undefined) return;
    const nowMs = clock.nowMs();
    while (utterance.clock.emptyMs(nowMs) - nowMs < LEAD_MS) {
      const piece = utterance.next(nowMs);
      if (!piece) break;
      const id = (this.#pieces += 1);
      utterance.clock.sent({ id, ...piece, exitMs: undefined }, nowMs);
      sendPiece(id, piece.pcm);
    }
    this.#tell(utterance);
    this.#sendMotion(utterance, nowMs);
    this.#awaitMore(utterance, nowMs);
  }

  /** The publisher has taken a piece, which leaves at `exitMs`. */
  captured(utterance: Utterance, id: number, exitMs: number): void {
    if (!utterance.clock.captured(id, exitMs)) return;
    this.#tell(utterance);
    this.#motionMs = -Infinity;
    this.#options.packets.cue();
    this.#sendMotion(utterance, this.#options.clock.nowMs());
  }

  #tell(utterance: Utterance): void {
    if (utterance.clock.mark && !utterance.beginTold) {
      utterance.beginTold = true;
      this.#options.onBegun(utterance);
    }
    if (!utterance.beginTold || utterance.endTold || !utterance.isDrained) return;
    utterance.endTold = true;
    this.#options.onHandedOver(utterance);
  }

  #sendMotion({ clock, motion }: Utterance, nowMs: number): void {
    const { packets, carrier } = this.#options;
    const aheadMs = clock.emptyMs(nowMs) - nowMs;
    if (!clock.mark || (aheadMs > WELL_AHEAD_MS && nowMs - this.#motionMs < MOTION_EVERY_MS)) return;
    const news = motion.take(clock.untilMs + MOTION_AHEAD_MS);
    if (!news) return;
    this.#motionMs = nowMs;
    packets.motion(carrier.pack(news.messages, news.end, aheadMs));
  }

  #awaitMore(utterance: Utterance, nowMs: number): void {
    const emptyInMs = utterance.clock.emptyMs(nowMs) - nowMs;
    if (utterance.isDrained) {
      if (emptyInMs <= 0) return this.#options.onLeft(utterance);
      return this.#comeBack(utterance, Math.min(emptyInMs + 1, MOTION_EVERY_MS));
    }
    const startsInMs = (utterance.startsMs() ?? Infinity) - nowMs;
    if (startsInMs > 0 && Number.isFinite(startsInMs) && !utterance.clock.mark) this.#comeBack(utterance, startsInMs);
    else if (emptyInMs > 0 || utterance.isWaiting) this.#comeBack(utterance, Math.max(10, Math.min(MOTION_EVERY_MS, emptyInMs - LEAD_MS / 2)));
  }

  #comeBack(utterance: Utterance, inMs: number): void {
    this.#cancel = this.#options.clock.after(inMs, () => this.go(utterance));
  }
}
