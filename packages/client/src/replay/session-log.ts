import type { Pose } from '@visavis/face';
import { ControlAction, PlaybackState, type Control, type Welcome } from '@visavis/protocol/downlink';
import type { TransportSink } from '../transport/index.js';
import type { HeadlessClient } from './headless-client.js';
import { peekClient, peekServer } from './peek.js';
import type { InterruptReport, ReplayReport, SessionError } from './report.js';
import { UtteranceLog } from './utterance-log.js';

const DEFAULT_PCM_RATE = 16_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Follows a replay and says how it went. Reads the wire and the client's events; changes nothing. */
export class SessionLog {
  readonly #client: HeadlessClient;
  readonly #frameMs: number;
  readonly #utterances = new Map<string, UtteranceLog>();
  readonly #byConversation = new Map<string, UtteranceLog>();
  readonly #interrupts: Mutable<InterruptReport>[] = [];
  readonly #errors: SessionError[] = [];
  readonly #bytes = { audio: 0, motion: 0, other: 0, up: 0 };
  readonly #messages = { in: 0, out: 0 };
  readonly #told = { stalls: 0, finished: 0, interrupted: 0 };
  #connections = 0;
  #frames = 0;
  #isOver = false;
  /** Sequence of the last message that did not come again. */
  #lastHeard = 0;
  #pcmRate = DEFAULT_PCM_RATE;
  /** What is being handed to the client belongs to it. */
  #handled: UtteranceLog | undefined;
  #current: UtteranceLog | undefined;

  constructor(client: HeadlessClient, frameMs: number) {
    this.#client = client;
    this.#frameMs = frameMs;
    const { controller } = client;
    controller.onError = ({ code, message }) => this.#errors.push({ atMs: this.#nowMs, code, message });
    controller.onPlaybackPosition = ({ conversationId, state }) => {
      if (state === 'playing') this.#byConversation.get(conversationId)?.started(this.#nowMs);
    };
    controller.onPlaybackFinished = ({ conversationId, playedMs, interrupted }) => {
      this.#byConversation.get(conversationId)?.finished(playedMs, interrupted, this.#nowMs);
      this.#silenced(interrupted);
    };
  }

  /** `sink`, with what it is handed counted. */
  follow(sink: TransportSink): TransportSink {
    return {
      ...sink,
      openConversation: () => {
        const id = sink.openConversation();
        if (id !== null && this.#handled) this.#opened(id, this.#handled);
        return id;
      },
      handleAudio: (id, audio, end) => {
        this.#byConversation.get(id)?.countAudio(-1);
        sink.handleAudio(id, audio, end);
      },
      handleMotion: (id, envelope, end) => {
        this.#byConversation.get(id)?.countMotion(-1);
        sink.handleMotion(id, envelope, end);
      },
    };
  }

  connected(): void {
    this.#connections++;
  }

  /** A message from the backend is about to be handed to the client. */
  received(bytes: Uint8Array): void {
    this.#messages.in++;
    const message = peekServer(bytes);
    this.#bytes[message?.case === 'audio' || message?.case === 'motion' ? message.case : 'other'] += bytes.length;
    this.#handled = undefined;
    if (message?.case === 'welcome') this.#welcomed(message.value);
    const isNews = !message || message.sequence === 0 || message.sequence > this.#lastHeard;
    if (message && isNews && message.sequence > 0) this.#lastHeard = message.sequence;
    if (message?.case === 'control') this.#controlled(message.value);
    if (message?.case === 'audio') {
      this.#handled = this.#utterance(message.value.reqId);
      this.#handled.countAudio(1);
      if (isNews) this.#handled.receivedAudio(message.value, this.#pcmRate);
    }
    if (message?.case === 'motion') {
      this.#handled = this.#utterance(message.value.reqId);
      this.#handled.countMotion(1);
      if (isNews) this.#handled.receivedMotion(message.value);
    }
  }

  /** The recorded client said this, for the first time or again. */
  said(bytes: Uint8Array, isNews: boolean): void {
    this.#messages.out++;
    this.#bytes.up += bytes.length;
    if (!isNews) return;
    const message = peekClient(bytes);
    if (message?.case === 'interrupt') this.#cutIn('client', undefined);
    if (message?.case === 'playbackFinished') this.#told[message.value.interrupted ? 'interrupted' : 'finished']++;
    if (message?.case === 'playbackPosition' && message.value.state === PlaybackState.STALLED) this.#told.stalls++;
  }

  /** The recording is over: what was still to come is nobody's fault. */
  over(): void {
    this.#isOver = true;
  }

  shown(pose: Pose): void {
    this.#frames++;
    const { controller } = this.#client;
    const hasMotion = controller.stats().avOffsetMs !== undefined;
    const isCutOff = this.#isOver && this.#current?.isComplete === false;
    this.#current?.shown(pose, hasMotion, isCutOff || controller.conversationState === 'paused', this.#nowMs);
  }

  report(startedAt: string, durationMs: number, notes: readonly string[]): ReplayReport {
    const utterances = [...this.#utterances.values()];
    const speechSeconds = utterances.reduce((sum, { audioMs }) => sum + audioMs, 0) / 1000;
    const perSecond = (bytes: number): number | undefined => (speechSeconds > 0 ? bytes / speechSeconds : undefined);
    return {
      startedAt, durationMs, connections: this.#connections, messages: this.#messages, frames: this.#frames,
      utterances: utterances.map((utterance) => utterance.report()),
      interrupts: this.#interrupts, errors: this.#errors,
      bytes: { ...this.#bytes, speechSeconds, audioPerSecond: perSecond(this.#bytes.audio), motionPerSecond: perSecond(this.#bytes.motion) },
      told: this.#told, notes,
    };
  }

  get #nowMs(): number {
    return this.#client.timer.now();
  }

  #opened(conversationId: string, utterance: UtteranceLog): void {
    this.#byConversation.set(conversationId, utterance);
    this.#current = utterance;
    utterance.opened(this.#client.output.stream);
  }

  #utterance(reqId: string): UtteranceLog {
    const known = this.#utterances.get(reqId);
    if (known) return known;
    const utterance = new UtteranceLog(reqId, this.#nowMs, this.#frameMs);
    this.#utterances.set(reqId, utterance);
    return utterance;
  }

  /** Another stream counts its messages anew. */
  #welcomed({ audio, resumed }: Welcome): void {
    this.#pcmRate = audio?.sampleRate || DEFAULT_PCM_RATE;
    if (!resumed) this.#lastHeard = 0;
  }

  #controlled({ action }: Control): void {
    if (action !== ControlAction.FLUSH) return;
    const last = this.#interrupts.at(-1);
    const isAnswer = last?.by === 'client' && last.flushedAfterMs === undefined;
    if (isAnswer) last.flushedAfterMs = this.#nowMs - last.atMs;
    else if (this.#client.controller.conversationState !== 'idle') this.#cutIn('backend', 0);
  }

  #cutIn(by: InterruptReport['by'], flushedAfterMs: number | undefined): void {
    this.#interrupts.push({ atMs: this.#nowMs, by, flushedAfterMs, silentAfterMs: undefined });
  }

  /** The first to be cut after an interrupt was cut by it. */
  #silenced(interrupted: boolean): void {
    const last = this.#interrupts.at(-1);
    if (interrupted && last) last.silentAfterMs ??= this.#nowMs - last.atMs;
  }
}
