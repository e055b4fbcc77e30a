import { decodeMotion } from '@visavis/protocol/motion';
import { VisavisError } from '@visavis/protocol/errors';
import type { ServerResponseAnimation } from '@visavis/protocol/ingress';
import type { AudioInput, AudioOutput, CreateOpusDecoder, ReceivedAudio } from '../audio/index.js';
import { StartDelay, type FrameStarvationMode, type HeardSpeech, type Timer } from '../timeline/index.js';
import type { LoadSpeechModel } from '../stand-in/index.js';
import { Playback, type HoldReason, type MotionSource } from './playback.js';

/** The documented states: what is playing is `playing` from its first sound, `paused` while held. */
export type ConversationState = 'idle' | 'playing' | 'paused';

export interface PlaybackPosition {
  readonly conversationId: string;
  /** Milliseconds of the utterance that were heard. */
  readonly playedMs: number;
  readonly state: 'playing' | 'paused' | 'stalled';
}

export interface PlaybackResult {
  readonly conversationId: string;
  readonly playedMs: number;
  /** Cut before its end: by an interrupt, by a later utterance, or by closing. */
  readonly interrupted: boolean;
}

export interface ConversationEvents {
  onState(state: ConversationState): void;
  onMotionSource(source: MotionSource): void;
  onStall(): void;
  onProgress(): void;
  onPosition(position: PlaybackPosition): void;
  onFinished(result: PlaybackResult): void;
  onError(error: VisavisError): void;
}

export interface ConversationOptions {
  /** Where the next utterance is heard. */
  readonly output: () => AudioOutput;
  readonly createDecoder: CreateOpusDecoder;
  readonly timer: Timer;
  readonly createId: () => string;
  readonly loadStandIn: LoadSpeechModel;
  readonly events: ConversationEvents;
}

/** Between two reports of the position, in milliseconds heard. */
const POSITION_STEP_MS = 250;

/**
 * The utterances of one avatar, one at a time: audio after the end of an utterance opens the next and cuts what still
 * plays. Motion for any but the current one is dropped.
 */
export class Conversations {
  starvation: FrameStarvationMode = 'audioIndependent';
  readonly #options: ConversationOptions;
  #current: Playback | undefined;
  #state: ConversationState = 'idle';
  #startDelay = new StartDelay();
  #motionSource: MotionSource = 'none';
  #reportedMs = 0;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  get state(): ConversationState {
    return this.#state;
  }

  /** What this connection has taught to wait before sound starts, beyond the 60 ms that must be there: 0..180 ms. */
  get startDelayMs(): number {
    return this.#startDelay.ms;
  }

  /** Another connection may be better or worse. */
  forgetConnection(): void {
    this.#startDelay = new StartDelay();
  }

  get motionSource(): MotionSource {
    return this.#motionSource;
  }

  get current(): Playback | undefined {
    return this.#current;
  }

  get heard(): HeardSpeech | undefined {
    return this.#current?.heard;
  }

  /**
   * Takes audio for `id`, or without one for the utterance that is still open, or else for a new one. Returns the
   * utterance's id; null where there is no audio output, or `id` is not the current one.
   */
  audio(received: ReceivedAudio, end: boolean, id?: string): string | null {
    const playback = id === undefined ? this.#openOrCurrent() : this.#byId(id);
    if (!playback) return null;
    if (received.kind === 'envelope') this.#takeResponse(playback, received.response);
    else this.#pushAudio(playback, received);
    if (end) playback.endAudio();
    return playback.id;
  }

  /** The utterance's audio is complete. */
  endAudio(id: string): void {
    this.#byId(id)?.endAudio();
  }

  /** The utterance's motion is complete. */
  endMotion(id: string): void {
    this.#byId(id)?.motionArrived(true);
  }

  /** Takes a response's motion, and audio where it rides along. True where it was the request's last. */
  motion(response: ServerResponseAnimation, id: string): boolean {
    const playback = this.#byId(id);
    if (!playback) return false;
    this.#takeResponse(playback, response);
    return response.end;
  }

  hold(reason: HoldReason, on: boolean): void {
    this.#current?.hold(reason, on);
  }

  /** Nothing more will come: plays what is there. */
  truncate(): void {
    this.#current?.truncate();
  }

  /** Cuts what plays. */
  cut(): void {
    this.#current?.stop();
  }

  /** Opens the next utterance and cuts what still plays; its id, or null where there is no audio output. */
  open(): string | null {
    return this.#open()?.id ?? null;
  }

  #openOrCurrent(): Playback | undefined {
    return this.#current && !this.#current.isAudioEnded ? this.#current : this.#open();
  }

  #open(): Playback | undefined {
    this.#current?.stop();
    const stream = this.#options.output().open();
    if (!stream) return undefined;
    const { createId, createDecoder, timer, loadStandIn } = this.#options;
    const id = createId();
    this.#reportedMs = 0;
    this.#current = new Playback({
      id, stream, createDecoder, timer, loadStandIn,
      startDelay: this.#startDelay, starvation: () => this.starvation,
      events: {
        onChange: () => this.#changed(id),
        onStall: () => this.#stalled(id),
        onProgress: () => this.#progressed(id),
        onFinished: (playedMs, interrupted) => this.#finished(id, playedMs, interrupted),
        onError: (error) => this.#options.events.onError(error),
      },
    });
    return this.#current;
  }

  #byId(id: string): Playback | undefined {
    return this.#current?.id === id ? this.#current : undefined;
  }

  #pushAudio(playback: Playback, input: AudioInput): void {
    if (input.kind === 'pcm' && input.bytes.length === 0) return;
    if (input.kind === 'bytes' && input.bytes.length === 0) return;
    playback.pushAudio(input);
  }

  #takeResponse(playback: Playback, { audio, motion, end }: ServerResponseAnimation): void {
    if (!audio && !motion && !end) this.#options.events.onError(foreign());
    if (audio && (audio.packets.length > 0 || audio.last)) playback.pushAudio({ kind: 'opus', audio });
    if (motion) this.#addMotion(playback, motion);
    playback.motionArrived(end);
    if (audio?.last) playback.endAudio();
  }

  #addMotion(playback: Playback, chunk: NonNullable<ServerResponseAnimation['motion']>): void {
    try {
      if (playback.addMotion(decodeMotion(chunk)) !== 'full') return;
      throw new VisavisError('queueFull', 'more than 54,000 frames wait to be shown; send motion nearer to real time');
    } catch (error) {
      this.#options.events.onError(VisavisError.from(error, 'invalidAnimationData'));
    }
  }

  #changed(id: string): void {
    const playback = this.#byId(id);
    this.#setState(playback ? documented(playback) : 'idle');
    this.#watchSource();
    if (playback && playback.state !== 'buffering') this.#report(playback, this.#state === 'paused' ? 'paused' : 'playing');
  }

  #stalled(id: string): void {
    const playback = this.#byId(id);
    if (playback) this.#report(playback, 'stalled');
    this.#options.events.onStall();
  }

  #progressed(id: string): void {
    const playback = this.#byId(id);
    if (playback && playback.playedMs - this.#reportedMs >= POSITION_STEP_MS) this.#report(playback, 'playing');
    this.#watchSource();
    this.#options.events.onProgress();
  }

  #report(playback: Playback, state: PlaybackPosition['state']): void {
    this.#reportedMs = playback.playedMs;
    this.#options.events.onPosition({ conversationId: playback.id, playedMs: playback.playedMs, state });
  }

  #finished(id: string, playedMs: number, interrupted: boolean): void {
    if (this.#current?.id === id) this.#current = undefined;
    this.#options.events.onFinished({ conversationId: id, playedMs, interrupted });
    if (this.#current) return;
    this.#setState('idle');
    this.#watchSource();
  }

  #watchSource(): void {
    const source = this.#current?.motionSource ?? 'none';
    if (source === this.#motionSource) return;
    this.#motionSource = source;
    this.#options.events.onMotionSource(source);
  }

  #setState(state: ConversationState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.events.onState(state);
  }
}

function foreign(): VisavisError {
  return new VisavisError('invalidAnimationData', 'a message holds neither motion nor audio that is known here; is it from another maker’s server?');
}

/** An utterance that has made no sound yet does not show. */
function documented({ state }: Playback): ConversationState {
  return state === 'playing' || state === 'paused' ? state : 'idle';
}
