import {
  ControlAction, PresenceState, type Audio, type Control, type DownlinkError, type Motion, type ServerMessage, type Transcript, type Welcome,
} from '@visavis/protocol/downlink';
import { isErrorCode, VisavisError } from '@visavis/protocol/errors';
import type { Caption, Presence } from '../timeline/index.js';
import { compareEpochs } from './epoch.js';
import { Requests } from './requests.js';
import type { ReportedEnd, ReportedPosition, TransportSink } from './transport.js';

const DEFAULT_PCM_RATE = 16_000;

const PRESENCE: Partial<Record<PresenceState, Presence>> = {
  [PresenceState.IDLE]: 'idle',
  [PresenceState.LISTENING]: 'listening',
  [PresenceState.THINKING]: 'thinking',
  [PresenceState.SPEAKING]: 'speaking',
};

const CONTROL: Partial<Record<ControlAction, 'hold' | 'resume'>> = {
  [ControlAction.HOLD]: 'hold',
  [ControlAction.RESUME]: 'resume',
};

/**
 * What the backend's messages mean, over any transport: epochs, requests, captions. Outlives connections.
 * Packets of an older epoch are dropped; one of a newer says that a flush was missed.
 */
export class DownlinkReader {
  readonly #sink: TransportSink;
  readonly #requests: Requests;
  #epoch: number | undefined;
  #pcmRate = DEFAULT_PCM_RATE;
  /** After an interrupt, until the backend has answered it: what comes was sent before it knew. */
  #deaf = false;
  #lastSeen: { readonly reqId: string; readonly playedMs: number } | undefined;

  constructor(sink: TransportSink) {
    this.#sink = sink;
    this.#requests = new Requests(sink);
  }

  /** What was heard last of a request that is not finished. */
  get lastSeen(): { readonly reqId: string; readonly playedMs: number } | undefined {
    return this.#lastSeen;
  }

  /** Takes one message; a pong is the transport's own. */
  handle(message: ServerMessage): void {
    switch (message.case) {
      case 'welcome': return this.#welcome(message.value);
      case 'audio': return this.#audio(message.value);
      case 'motion': return this.#motion(message.value);
      case 'control': return this.#control(message.value);
      case 'transcript': return this.#transcript(message.value);
      case 'presence': return this.#presence(message.value.state);
      case 'error': return this.#sink.handleError(toError(message.value));
    }
  }

  /** The backend's name of the conversation, for reports; remembers the position for `lastSeen`. */
  positionOf({ conversationId, playedMs }: ReportedPosition): string | undefined {
    const reqId = this.#requests.reqIdOf(conversationId);
    if (reqId !== undefined) this.#lastSeen = { reqId, playedMs: Math.round(playedMs) };
    return reqId;
  }

  /** As `positionOf`; what still comes for the conversation is dropped. */
  finished({ conversationId }: ReportedEnd): string | undefined {
    const reqId = this.#requests.reqIdOf(conversationId);
    if (reqId !== undefined && this.#lastSeen?.reqId === reqId) this.#lastSeen = undefined;
    this.#requests.close(conversationId);
    return reqId;
  }

  /** The user cut in: nothing is taken until the backend flushes, or `interruptAnswered`. */
  interrupted(): void {
    this.#closeRequests();
    this.#deaf = true;
  }

  /** The backend has read the interrupt. It flushes first where it has anything to flush. */
  interruptAnswered(): void {
    this.#deaf = false;
  }

  /** Nothing more will come of the requests known so far. */
  streamLost(): void {
    this.#closeRequests();
    this.#deaf = false;
    this.#sink.handleStreamLost();
    // What the old stream said of itself holds no more; the new one says its own.
    this.#sink.handlePresence('idle');
  }

  #closeRequests(): void {
    this.#requests.closeAll();
    this.#lastSeen = undefined;
  }

  /** A stream that goes on may have been flushed meanwhile; any other is new, and may count from anywhere. */
  #welcome({ epoch, audio, resumed }: Welcome): void {
    if (audio && audio.sampleRate > 0) this.#pcmRate = audio.sampleRate;
    if (this.#epoch === undefined) this.#epoch = epoch;
    else if (!resumed) this.#renew(epoch);
    // An interrupt that the backend may not have heard keeps its say: see `interruptAnswered`.
    else if (compareEpochs(epoch, this.#epoch) === 'newer') this.#flush(epoch, this.#deaf);
  }

  #renew(epoch: number): void {
    this.streamLost();
    this.#epoch = epoch;
  }

  #audio(audio: Audio): void {
    if (this.#admits(audio.epoch)) this.#requests.audio(audio, audio.sampleRate || this.#pcmRate);
  }

  #motion(motion: Motion): void {
    if (this.#admits(motion.epoch)) this.#requests.motion(motion);
  }

  #control({ action, epoch }: Control): void {
    if (action === ControlAction.FLUSH) {
      if (this.#epoch === undefined || compareEpochs(epoch, this.#epoch) === 'newer') this.#flush(epoch);
      return;
    }
    const name = CONTROL[action];
    if (name && this.#admits(epoch)) this.#sink.handleControl(name);
  }

  #admits(epoch: number): boolean {
    const order = compareEpochs(epoch, this.#epoch ?? epoch);
    if (order === 'newer') this.#flush(epoch);
    return order !== 'older' && !this.#deaf;
  }

  #flush(epoch: number, deaf = false): void {
    this.#epoch = epoch;
    this.#deaf = deaf;
    this.#closeRequests();
    this.#sink.handleControl('flush');
  }

  #transcript({ role, reqId, text, words, final }: Transcript): void {
    const caption: Omit<Caption, 'conversationId'> = {
      role: role === 'user' ? 'user' : 'avatar', text, final,
      words: words.map((word) => ({ text: word.text, startMs: word.startMs, endMs: word.endMs })),
    };
    this.#requests.caption(reqId, caption);
  }

  #presence(state: PresenceState): void {
    const presence = PRESENCE[state];
    if (presence) this.#sink.handlePresence(presence);
  }
}

/** A backend's error in our terms; unknown codes keep their words. */
export function toError({ code, retryable, hint, reqId, fatal }: DownlinkError): VisavisError {
  const known = isErrorCode(code) ? code : 'serverError';
  const detail = { ...(reqId ? { reqId } : {}), ...(known === code ? {} : { serverCode: code }) };
  return new VisavisError(known, hint || code || 'the backend reports an error', { retryable, fatal, detail });
}
