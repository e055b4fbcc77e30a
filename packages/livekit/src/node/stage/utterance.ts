import { isUnknownEnvelope, decodeEnvelope, type ServerResponseAnimation } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';
import type { PacketDecoder } from '@visavis/protocol/opus';
import type { SpeechMessage } from '../speech.js';
import { MotionQueue } from './motion-queue.js';
import { SpeechQueue } from './speech-queue.js';
import { TrackClock, type SentPiece } from './track-clock.js';

/** As clients do over a WebSocket: what must be there before sound starts, and how long motion is waited for. */
const START_BUFFER_MS = 60;
const START_PATIENCE_MS = 200;
const PIECE_MS = 20;

/** A piece for the track. */
export type NextPiece = Pick<SentPiece, 'timeMs' | 'ms' | 'pcm'>;

/** One request on its way into the room: its audio, its motion, and what of it has left. */
export class Utterance {
  readonly reqId: string;
  /** Stands for it in the room's packets; 0 until it is its turn. */
  number = 0;
  readonly motion = new MotionQueue();
  readonly clock = new TrackClock();
  /** The mark of its begin, and of its audio's end, were told. */
  beginTold = false;
  endTold = false;
  held = false;
  readonly #speech: SpeechQueue;
  readonly #beganMs: number;
  #again: NextPiece[] = [];
  #started = false;
  #takenMs = 0;

  constructor(reqId: string, takeDecoder: () => PacketDecoder | undefined, nowMs: number) {
    this.reqId = reqId;
    this.#speech = new SpeechQueue(takeDecoder);
    this.#beganMs = nowMs;
  }

  get isAudioEnded(): boolean {
    return this.#speech.isEnded;
  }

  /** All of its audio was handed to the track. */
  get isDrained(): boolean {
    return this.#speech.isDrained && this.#again.length === 0;
  }

  /** Audio is there and none of it was taken yet. */
  get isWaiting(): boolean {
    return this.#speech.readyMs > 0 && !this.held;
  }

  /** No more of it is wanted. */
  close(): void {
    this.#speech.close();
    this.#again = [];
  }

  /** Takes a message from either callback. Throws `protocolError`, `invalidAudioInput` or `queueFull`. */
  take(message: SpeechMessage, isAudio: boolean): void {
    if (message.kind === 'pcm') this.#speech.pushPcm(message.pcm, message.sampleRate);
    else this.#takeResponse(readResponse(message.bytes));
    if (isAudio && message.end) this.#speech.end();
  }

  #takeResponse(response: ServerResponseAnimation): void {
    if (response.audio) this.#speech.pushOpus(response.audio);
    this.motion.push(response);
    // The request's last message of all: no audio follows it.
    if (response.end) this.#speech.end();
  }

  /** When it may start, if it does not already; undefined where that is for what comes to say. */
  startsMs(): number | undefined {
    const { coveredMs, isEnded } = this.motion;
    if (this.#speech.readyMs < START_BUFFER_MS && !this.#speech.isEnded) return undefined;
    return isEnded || coveredMs >= START_BUFFER_MS ? this.#beganMs : this.#beganMs + START_PATIENCE_MS;
  }

  /** The next piece for the track, where there is one and its time to start has come. */
  next(nowMs: number): NextPiece | undefined {
    if (this.held) return undefined;
    this.#started ||= (this.startsMs() ?? Infinity) <= nowMs;
    if (!this.#started) return undefined;
    const again = this.#again.shift();
    if (again) return again;
    const pcm = this.#speech.take(PIECE_MS);
    if (!pcm) return undefined;
    const ms = pcm.length / 96;
    const piece = { timeMs: this.#takenMs, ms, pcm };
    this.#takenMs += ms;
    return piece;
  }

  /** Goes on from `timeMs` again: what was handed over since is handed over anew. */
  rewind(timeMs: number): void {
    const pieces = this.clock.rewind(timeMs);
    this.#again = [...pieces.map(({ timeMs: at, ms, pcm }) => ({ timeMs: at, ms, pcm })), ...this.#again];
    this.motion.rewind(this.#again[0]?.timeMs ?? timeMs);
    this.endTold = false;
  }
}

function readResponse(bytes: Uint8Array): ServerResponseAnimation {
  const envelope = decodeEnvelope(bytes);
  if (isUnknownEnvelope(envelope) || envelope.case !== 'serverResponseAnimation') {
    throw new VisavisError('protocolError', 'what is published must be a Motion Server’s answer', { fatal: false });
  }
  return envelope.value;
}
