import { CHANNEL, type Pose } from '@visavis/face';
import type { Audio, Motion } from '@visavis/protocol/downlink';
import { measureAvOffset } from './av-offset.js';
import { LEVEL_MS, type MeasuredStream } from './measured-stream.js';
import { peekResponse } from './peek.js';
import type { Gap, UtteranceReport } from './report.js';

/** The client needs no motion for the last of an utterance: its last frame may lie this much before the last sample. */
const LAST_FRAME_MS = 40;
const OPUS_PER_MS = 48;

type End = UtteranceReport['end'];

interface OpenGap {
  readonly kind: Gap['kind'];
  readonly atMs: number;
  readonly playedMs: number;
}

/** Follows one request through a replay. Times are the recording's. */
export class UtteranceLog {
  readonly reqId: string;
  readonly #firstMessageMs: number;
  readonly #frameMs: number;
  readonly #gaps: Gap[] = [];
  /** How far the mouth was open, every 10 ms of the utterance. */
  readonly #opening: number[] = [];
  #stream: MeasuredStream | undefined;
  #startedMs: number | undefined;
  #heardMs = 0;
  #audioMs = 0;
  #motionFrames = 0;
  #lateMotion = 0;
  #end: End = 'unfinished';
  #gap: OpenGap | undefined;
  #audioEnded = false;
  #motionEnded = false;
  #untakenAudio = 0;
  #untakenMotion = 0;

  constructor(reqId: string, nowMs: number, frameMs: number) {
    this.reqId = reqId;
    this.#firstMessageMs = nowMs;
    this.#frameMs = frameMs;
  }

  get audioMs(): number {
    return this.#audioMs;
  }

  /** It has a stream of its own to be heard from now on. */
  opened(stream: MeasuredStream): void {
    this.#stream = stream;
  }

  receivedAudio({ payload, end, sampleRate }: Audio, pcmRate: number): void {
    this.#audioEnded ||= end;
    if (payload.case === 'pcm') this.#audioMs += (payload.value.length / 2 / (sampleRate || pcmRate)) * 1000;
    const audio = payload.case === 'envelope' ? peekResponse(payload.value)?.audio : undefined;
    if (!audio) return;
    this.#audioEnded ||= audio.last;
    if (audio.last && audio.totalSamples > 0) this.#audioMs = audio.totalSamples / OPUS_PER_MS;
    else this.#audioMs += audio.packets.length * audio.packetMs;
  }

  receivedMotion({ envelope, end }: Motion): void {
    this.#motionEnded ||= end;
    const motion = peekResponse(envelope)?.motion;
    if (!motion) return;
    this.#motionFrames += motion.frameCount;
    const endMs = ((motion.firstFrame + motion.frameCount) * 1000) / motion.fps;
    if (this.#startedMs !== undefined && this.#end === 'unfinished' && endMs <= this.#stream!.now()) this.#lateMotion++;
  }

  /** A message came for it, or was taken by the client: what came and was not taken was dropped. */
  countAudio(by: 1 | -1): void {
    this.#untakenAudio += by;
  }

  countMotion(by: 1 | -1): void {
    this.#untakenMotion += by;
  }

  started(nowMs: number): void {
    this.#startedMs ??= nowMs;
  }

  /** All of it was received: what is missing now is missing for good. */
  get isComplete(): boolean {
    return this.#audioEnded && this.#motionEnded;
  }

  /** A pose was shown. `hasMotion`: some of it was this utterance's motion. `isExcused`: what is missing is no gap. */
  shown(pose: Pose, hasMotion: boolean, isExcused: boolean, nowMs: number): void {
    const stream = this.#stream;
    if (!stream || this.#startedMs === undefined || this.#end !== 'unfinished') return;
    this.#heardMs = stream.now();
    this.#watchGap(isExcused ? undefined : gapKind(stream, hasMotion), nowMs);
    if (stream.isHeard) this.#noteOpening(hasMotion ? pose.values[CHANNEL.jawOpen]! - pose.values[CHANNEL.mouthClose]! : NaN);
  }

  finished(playedMs: number, interrupted: boolean, nowMs: number): void {
    this.#heardMs = playedMs;
    this.#end = interrupted ? 'interrupted' : 'finished';
    const isTail = this.#gap?.kind === 'motion' && playedMs - this.#gap.playedMs <= LAST_FRAME_MS + this.#frameMs;
    if (isTail) this.#gap = undefined;
    this.#watchGap(undefined, nowMs);
  }

  report(): UtteranceReport {
    return {
      reqId: this.reqId, firstMessageMs: this.#firstMessageMs,
      startDelayMs: this.#startedMs === undefined ? undefined : this.#startedMs - this.#firstMessageMs,
      audioMs: this.#audioMs, heardMs: this.#heardMs, motionFrames: this.#motionFrames, end: this.#end,
      avOffset: this.#stream && measureAvOffset(this.#stream.levels, this.#opening),
      gaps: this.#gaps, lateMotion: this.#lateMotion, droppedAudio: this.#untakenAudio, droppedMotion: this.#untakenMotion,
    };
  }

  #watchGap(kind: Gap['kind'] | undefined, nowMs: number): void {
    if (this.#gap?.kind === kind) return;
    if (this.#gap) this.#gaps.push({ ...this.#gap, durationMs: nowMs - this.#gap.atMs });
    this.#gap = kind && { kind, atMs: nowMs, playedMs: this.#heardMs };
  }

  /** Between the frames shown, in a straight line. */
  #noteOpening(value: number): void {
    const to = Math.floor(this.#heardMs / LEVEL_MS);
    const from = this.#opening.length;
    const last = this.#opening.at(-1) ?? value;
    for (let i = from; i <= to; i++) this.#opening.push(last + ((value - last) * (i - from + 1)) / (to - from + 1));
  }
}

function gapKind(stream: MeasuredStream, hasMotion: boolean): Gap['kind'] | undefined {
  if (stream.isStarved) return 'audio';
  return stream.isHeard && !hasMotion ? 'motion' : undefined;
}
