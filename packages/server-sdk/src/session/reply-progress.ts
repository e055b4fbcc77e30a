import { decodeMotion, encodeMotion, type MotionChunk } from '@visavis/protocol/motion';
import type { EncodedAudio, ServerResponseAnimation } from '@visavis/protocol/ingress';

/** Samples at 48 kHz. */
const SAMPLES_PER_MS = 48;
/**
 * How much of the encoded audio before the cut is encoded once more and dropped: what a new encoder needs to say the
 * same as the old one, so that one decoder runs on over the seam (RFC 7845, section 4.6, asks for the same 80 ms).
 */
const PREROLL_MS = 80;
/** Requests resume at whole steps of this from their start: the step of the motion model, so poses fall where they fell. */
const STEP_MS = 40;
const EPSILON = 1e-6;

/**
 * How far the reply to one request has come, over any number of connections. Packets of a reply that resumes at a whole
 * number of packets lie where the first connection's would: both are counted, so the seam is exact to the sample.
 */
export class ReplyProgress {
  readonly #startMs: number;
  readonly #expectsAudio: boolean;
  #resumed = false;
  /** Time of the first frame that has not come. */
  #nextFrameMs = 0;
  #packetMs = 20;
  /** Decoder output that has come, pre-skip included: samples at 48 kHz since `startMs`. */
  #received = 0;
  /** The same, of what the present connection has sent. */
  #position = 0;
  #audioDone = false;

  /** `startMs`: where the request begins. `expectsAudio`: the server sends encoded audio. */
  constructor(startMs: number, expectsAudio: boolean) {
    this.#startMs = startMs;
    this.#expectsAudio = expectsAudio;
  }

  /** Where a new connection must go on so that nothing is lost: milliseconds of the utterance, whole. */
  get resumeMs(): number {
    const motionMs = this.#nextFrameMs - this.#startMs;
    const audioMs = this.#expectsAudio && !this.#audioDone ? this.#received / SAMPLES_PER_MS - PREROLL_MS : Infinity;
    const step = commonMultiple(STEP_MS, this.#packetMs);
    return this.#startMs + Math.max(0, Math.floor((Math.min(motionMs, audioMs) + EPSILON) / step) * step);
  }

  /** The reply begins anew at `resumeMs`, on another connection. */
  restart(): void {
    this.#position = (this.resumeMs - this.#startMs) * SAMPLES_PER_MS;
    this.#resumed = true;
  }

  /** Takes note of a message; gives what of it is new: itself, a copy without what came before the cut, or nothing. */
  accept(response: ServerResponseAnimation): ServerResponseAnimation | undefined {
    const motion = response.motion && this.#newMotion(response.motion);
    const audio = response.audio && this.#newAudio(response.audio);
    if (motion === response.motion && audio === response.audio) return response;
    if (!motion && !audio && !response.end) return undefined;
    return { ...response, motion, audio };
  }

  #newMotion(motion: MotionChunk): MotionChunk | undefined {
    const { fps, firstFrame, frameCount } = motion;
    if (fps === 0 || frameCount === 0) return motion;
    const skip = Math.ceil((this.#nextFrameMs * fps) / 1000 - EPSILON) - firstFrame;
    this.#nextFrameMs = Math.max(this.#nextFrameMs, ((firstFrame + frameCount) * 1000) / fps);
    if (!this.#resumed || skip <= 0) return motion;
    return skip >= frameCount ? undefined : withoutFirst(motion, skip);
  }

  #newAudio(audio: EncodedAudio): EncodedAudio | undefined {
    const { packets, packetMs, preSkip, last } = audio;
    if (packetMs === 0) return audio;
    this.#packetMs = packetMs;
    const packetSamples = packetMs * SAMPLES_PER_MS;
    const skip = Math.min(packets.length, Math.max(0, Math.ceil((this.#received - this.#position) / packetSamples)));
    const from = this.#position + skip * packetSamples;
    const wasDone = this.#audioDone;
    this.#position += packets.length * packetSamples;
    this.#received = Math.max(this.#received, this.#position);
    this.#audioDone ||= last;
    if (!this.#resumed) return audio;
    if (wasDone || (skip === packets.length && !last)) return undefined;
    const firstSample = this.#startMs * SAMPLES_PER_MS + Math.max(0, from - preSkip);
    return skip === 0 ? audio : { ...audio, packets: packets.slice(skip), firstSample };
  }
}

/** A chunk of the same frames but the first `count`. Levels are whole, so what stays is the same to the bit. */
function withoutFirst(motion: MotionChunk, count: number): MotionChunk {
  try {
    const { fps, firstFrame, mask, poses } = decodeMotion(motion);
    return encodeMotion({ fps, firstFrame: firstFrame + count, mask, poses: poses.slice(count) });
  } catch {
    // What cannot be read is the client's to judge, as on any other day.
    return motion;
  }
}

function commonMultiple(a: number, b: number): number {
  return (a / commonDivisor(a, b)) * b;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
