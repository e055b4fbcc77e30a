import { maskOf, MASK, CHANNEL_NAMES } from '@visavis/face';
import type { MotionFrame, SpeechTimes } from '@visavis/motion';
import type { EnvelopeBodies } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';
import { BUNDLE_POLICY, ChunkBundler } from './bundler.js';
import type { Clock } from './clock.js';
import type { EngineSeat, RemoteEngine } from './engine/host.js';
import type { Metrics } from './metrics.js';
import { PACKET_MS, PRE_SKIP } from './opus.js';
import type { RequestStart } from './request-start.js';
import type { SpeechEncoder } from './speech-encoder.js';

/**
 * What the server drives: speech, offsets of brows, lids and head, and hints to blink. Gaze, blinks themselves and head
 * translation are the client's.
 */
export const DRIVEN = maskOf(CHANNEL_NAMES.filter((name, i) => MASK.speech[i] || MASK.brows[i] || /^eye(Blink|Squint|Wide)|^head(Yaw|Pitch|Roll)$/.test(name)));

/** A frame is late that leaves so much after its audio came, and after its time at a player that began with the first. */
const LATE_MS = 60;
const SAMPLES_PER_PACKET = 48 * PACKET_MS;

/** One answer message, without its ids. */
export type ReplyBody = Pick<EnvelopeBodies['serverResponseAnimation'], 'motion' | 'audio' | 'end'>;

export interface ReplyOptions {
  readonly seat: EngineSeat;
  readonly sampleRate: number;
  readonly fps: number;
  readonly start: RequestStart;
  /** Where encoded audio is wanted; taken over from the request before, and reset. */
  readonly encoder?: SpeechEncoder | undefined;
  /** Hears what is to be heard of the request, in order, as it is worked on; for speech that is published and not sent back. */
  readonly hear?: ((samples: Float32Array) => void) | undefined;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly send: (body: ReplyBody) => void;
}

/**
 * The answer to one request: samples in, messages out, audio before the motion that covers the same time, `end` on
 * the last message and no other. Times are of the utterance; the clock only says how to bundle, and what is late.
 */
export class Reply {
  readonly #options: ReplyOptions;
  readonly #engine: RemoteEngine;
  readonly #motion: ChunkBundler<MotionFrame>;
  readonly #audio = new ChunkBundler<Uint8Array>(PACKET_MS);
  /** Warm-up samples still to come, of which no audio goes back. */
  #unheard: number;
  #packetsSent = 0;
  /** When the audio worked on last came, and when the player began: with the first frame. */
  #arrivedMs = 0;
  #playMs: number | undefined;
  /** The same for a player that waits where it has nothing. */
  #stalledPlayMs = -Infinity;

  /** Throws MotionInputError where the engine does not take the options; in a worker, the first push rejects with it. */
  constructor(options: ReplyOptions) {
    this.#options = options;
    const { seat, sampleRate, fps, start, encoder } = options;
    this.#engine = seat.open({ sampleRate, fps, ...start });
    this.#motion = new ChunkBundler(1000 / fps);
    this.#unheard = Math.round((start.warmupMs * sampleRate) / 1000);
    encoder?.reset();
  }

  /** When `sendDue` has something to send although no audio came; `undefined` where nothing is held back. */
  get dueMs(): number | undefined {
    return earliest(this.#audio.dueMs, this.#motion.dueMs);
  }

  /** More of what is known of the utterance, checked: ahead of the samples that it is about. */
  tell(times: SpeechTimes): void {
    this.#engine.tell(times);
  }

  /** Takes the next samples, at most a second or so: nothing else is done meanwhile. */
  async push(samples: Float32Array, arrivedMs: number): Promise<void> {
    this.#arrivedMs = arrivedMs;
    const { clock, encoder, hear } = this.#options;
    const beganMs = clock.nowMs();
    const frames = this.#engine.push(samples);
    const heard = samples.subarray(this.#unheard);
    this.#unheard -= samples.length - heard.length;
    if (encoder) this.#audio.add(encoder.push(heard));
    hear?.(heard);
    this.#motion.add(await frames);
    this.#observeStep(beganMs);
    this.sendDue();
  }

  /** Sends what it is time to send. */
  sendDue(): void {
    const nowMs = this.#options.clock.nowMs();
    for (let packets = this.#audio.take(nowMs); packets; packets = this.#audio.take(nowMs)) this.#sendAudio(packets);
    for (let frames = this.#motion.take(nowMs); frames; frames = this.#motion.take(nowMs)) {
      this.#coverMotion(nowMs);
      this.#sendMotion(frames, false);
    }
  }

  /** Ends the request: sends everything left, `end` last. */
  async finish(): Promise<void> {
    const { encoder, send, clock } = this.#options;
    const nowMs = clock.nowMs();
    const left = this.#engine.finish();
    if (encoder) {
      this.#audio.add(encoder.flush());
      this.#finishAudio(encoder, nowMs);
    }
    this.#motion.add(await left);
    this.#observeStep(nowMs);
    let frames = this.#motion.force(nowMs);
    if (!frames) send({ end: true });
    while (frames) {
      const next = this.#motion.force(nowMs);
      this.#sendMotion(frames, next === undefined);
      frames = next;
    }
  }

  /** Frees the engine, whether or not the request is complete. */
  close(): void {
    this.#engine.close();
  }

  #observeStep(beganMs: number): void {
    const { clock, metrics } = this.#options;
    metrics.step.observe((clock.nowMs() - beganMs) / 1000);
  }

  /** Audio goes out up to where the motion just taken ends. */
  #coverMotion(nowMs: number): void {
    while (this.#options.encoder && this.#audio.sentMs < this.#motion.sentMs) {
      const packets = this.#audio.force(nowMs);
      if (!packets) return;
      this.#sendAudio(packets);
    }
  }

  #sendMotion(frames: readonly MotionFrame[], end: boolean): void {
    this.#countLate(frames);
    const motion = encodeMotion({
      fps: this.#options.fps, firstFrame: frames[0]!.index, mask: DRIVEN, poses: frames.map((frame) => frame.pose),
    });
    this.#options.send({ motion, end });
  }

  #countLate(frames: readonly MotionFrame[]): void {
    const { clock, metrics, start, fps } = this.#options;
    const nowMs = clock.nowMs();
    const firstMs = frames[0]!.timeMs - start.startMs;
    this.#playMs ??= nowMs - firstMs;
    // The frames of a message are a unit apart: so many of the first are over time.
    const waitedMs = nowMs - this.#arrivedMs;
    const overMs = Math.min(waitedMs, nowMs - this.#playMs - firstMs) - LATE_MS;
    metrics.motionDelay.observe(Math.max(0, Math.min(waitedMs, nowMs - this.#stalledPlayMs - firstMs + BUNDLE_POLICY.reserveMs)) / 1000);
    this.#stalledPlayMs = Math.max(this.#stalledPlayMs, nowMs - firstMs);
    metrics.frames.inc(frames.length);
    if (overMs > 0) metrics.lateFrames.inc(Math.min(frames.length, Math.ceil((overMs * fps) / 1000)));
  }

  #finishAudio(encoder: SpeechEncoder, nowMs: number): void {
    let packets = this.#audio.force(nowMs) ?? [];
    for (let next = this.#audio.force(nowMs); next; next = this.#audio.force(nowMs)) {
      this.#sendAudio(packets);
      packets = next;
    }
    this.#sendAudio(packets, { last: true, totalSamples: this.#startSample + encoder.totalSamples });
  }

  #sendAudio(packets: Uint8Array[], ending: { last?: boolean; totalSamples?: number } = {}): void {
    const at = Math.max(0, this.#packetsSent * SAMPLES_PER_PACKET - PRE_SKIP);
    this.#packetsSent += packets.length;
    this.#options.send({
      audio: {
        sampleRate: this.#options.encoder!.sampleRate, packetMs: PACKET_MS, firstSample: this.#startSample + at, preSkip: PRE_SKIP, packets, ...ending,
      },
    });
  }

  /** Where the audio that goes back begins, in samples of the utterance at 48 kHz. */
  get #startSample(): number {
    return this.#options.start.startMs * 48;
  }
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
