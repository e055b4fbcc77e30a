import { encodeRoomPacket } from '@visavis/protocol/room';
import type { Clock } from '../clock.js';
import type { MotionPacket } from './motion-carrier.js';
import type { Utterance } from './utterance.js';

/** A packet goes at least this often, so that clients know that we live and how the clocks stand. */
const BEAT_MS = 250;
/** Of the packets with motion, which are many, each that leaves nothing out. */
const WHOLE_EVERY = 8;

export interface PacketsOptions {
  readonly clock: Clock;
  /** Tells this stage from the next with its identity. */
  readonly stream: number;
  epoch(): number;
  /** What is being said. */
  speaking(): Utterance | undefined;
  send(bytes: Uint8Array, reliable: boolean, to: readonly string[]): void;
}

type Content = Pick<Parameters<typeof encodeRoomPacket>[0], 'motion' | 'motionEnd' | 'messages'>;

/** The data beside one track after another: what each packet says besides what it carries, and one now and then of itself. */
export class Packets {
  readonly #options: PacketsOptions;
  #run: number | undefined;
  #lastMs = -Infinity;
  #motionPackets = 0;
  #cancelBeat: () => void = () => undefined;

  constructor(options: PacketsOptions) {
    this.#options = options;
  }

  /** The track that is there; undefined where none is. */
  get run(): number | undefined {
    return this.#run;
  }

  /** `run` is the track from here on. */
  begin(run: number): void {
    this.#run = run;
    this.#beat();
  }

  end(): void {
    this.#run = undefined;
    this.#cancelBeat();
  }

  /** Server messages, which arrive, in order; to all where nobody is named. */
  messages(messages: readonly Uint8Array[], to: readonly string[] = []): void {
    this.#send({ messages }, true, to);
  }

  motion({ motion, end }: MotionPacket): void {
    this.#send({ motion, motionEnd: end });
  }

  /** Where the sound is. */
  cue(): void {
    this.#send({});
  }

  #send(content: Content, reliable = false, to: readonly string[] = []): void {
    if (this.#run === undefined) return;
    const { clock, stream, epoch, send } = this.#options;
    const nowMs = clock.nowMs();
    if (!reliable) this.#lastMs = nowMs;
    const isWhole = content.motion === undefined || (this.#motionPackets += 1) % WHOLE_EVERY === 0;
    const facts = { run: this.#run, sentMs: nowMs, epoch: epoch(), ...this.#place(isWhole), ...(isWhole ? { stream } : {}) };
    send(encodeRoomPacket({ ...facts, ...content }), reliable, to);
  }

  #place(isWhole: boolean): Pick<Parameters<typeof encodeRoomPacket>[0], 'cue'> {
    const utterance = this.#options.speaking();
    const mark = utterance?.clock.mark;
    if (!utterance || !mark) return {};
    return { cue: {
      utterance: utterance.number, untilMs: Math.round(utterance.clock.untilMs),
      ...(isWhole ? { reqId: utterance.reqId, atMs: mark.atMs, timeMs: Math.round(mark.timeMs) } : {}),
    } };
  }

  #beat(): void {
    const { clock } = this.#options;
    const dueMs = this.#lastMs + BEAT_MS - clock.nowMs();
    if (dueMs <= 0) this.cue();
    this.#cancelBeat = clock.after(dueMs <= 0 ? BEAT_MS : dueMs, () => this.#beat());
  }
}
