import { VisavisError } from '@visavis/protocol/errors';
import type { DecodedMotion } from '@visavis/protocol/motion';
import { AudioFeeder, type AudioInput, type CreateOpusDecoder, type OutputStream } from '../audio/index.js';
import { StandIn, type LoadSpeechModel } from '../stand-in/index.js';
import {
  Lateness, MAX_DELAY_MS, MotionTrack, START_BUFFER_MS, START_PATIENCE_MS, mustStandIn, mustWaitForMotion, startsAtMs,
  type AddResult, type FrameStarvationMode, type HeardSpeech, type StartDelay, type Supply, type Timer,
} from '../timeline/index.js';

/** Why sound is held: the application, the backend (a doubtful interruption), or motion that is late. */
export type HoldReason = 'user' | 'remote' | 'motion';

/** What moves the mouth: the backend's motion, the sound itself by the signal model, or nothing. */
export type MotionSource = 'none' | 'backend' | 'signal';

export interface PlaybackOptions {
  readonly id: string;
  readonly stream: OutputStream;
  readonly createDecoder: CreateOpusDecoder;
  readonly timer: Timer;
  readonly loadStandIn: LoadSpeechModel;
  /** What this connection has taught to wait; told what this utterance would have needed. */
  readonly startDelay: StartDelay;
  readonly starvation: () => FrameStarvationMode;
  readonly events: PlaybackEvents;
}

export interface PlaybackEvents {
  /** Something that shows outside may have changed: started, held, let go. */
  onChange(): void;
  /** Sound or motion ran short while playing. */
  onStall(): void;
  /** Called tens of times a second while sound runs. */
  onProgress(): void;
  /** Exactly once. */
  onFinished(playedMs: number, interrupted: boolean): void;
  onError(error: VisavisError): void;
}

/** The last frame may lie this much before the last sample. */
const LAST_FRAME_MS = 40;

/** Places in Opus are counted at 48 kHz. */
const OPUS_SAMPLES_PER_MS = 48;
/** A backend holds for as long as it doubts, 600 ms; one that has not decided after this has forgotten. */
const MAX_HOLD_MS = 5_000;
/** Most that must be there again after a stall. */
const MAX_REFILL_MS = 1_000;
/** Packets that are missing are waited for while this much is ahead of the speaker. */
const HOLE_PATIENCE_MS = 60;

/** One utterance from its first byte to its last sound. Holds the start rule and both starvation policies. */
export class Playback {
  readonly id: string;
  readonly motion = new MotionTrack();
  readonly #stream: OutputStream;
  readonly #feeder: AudioFeeder;
  readonly #standIn: StandIn;
  readonly #options: PlaybackOptions;
  readonly #holds = new Set<HoldReason>();
  readonly #late = { audio: new Lateness(), motion: new Lateness() };
  readonly #openedMs: number;
  readonly #cancelPatience: () => void;
  #cancelStart: () => void = () => undefined;
  #cancelHold: () => void = () => undefined;
  #phase: 'buffering' | 'playing' | 'finished' = 'buffering';
  #motionEnded = false;
  #stalled = false;
  #hasStalled = false;
  #truncated = false;
  #standsIn = false;

  constructor(options: PlaybackOptions) {
    const { stream, createDecoder, timer, events, loadStandIn } = options;
    this.id = options.id;
    this.#options = options;
    this.#stream = stream;
    this.#standIn = new StandIn(stream.sampleRate, loadStandIn);
    this.#feeder = new AudioFeeder(stream, createDecoder, {
      mayWait: () => this.#mayWait(),
      onError: (error) => events.onError(error),
      onSamples: (samples) => this.#standIn.hear(samples),
      onWritten: () => this.#written(),
    });
    this.#openedMs = timer.now();
    this.#cancelPatience = timer.after(START_PATIENCE_MS, () => this.#goOn());
    stream.refillMs = START_BUFFER_MS + options.startDelay.ms;
    stream.onProgress = () => this.#progress();
  }

  /** `buffering` has made no sound yet; `paused` is held by the application or the backend. */
  get state(): 'buffering' | 'playing' | 'paused' | 'finished' {
    if (this.#phase === 'finished') return 'finished';
    if (this.#holds.has('user') || this.#holds.has('remote')) return 'paused';
    return this.#phase;
  }

  get isAudioEnded(): boolean {
    return this.#feeder.isEnded;
  }

  /** Audio decoded and not yet rendered, in milliseconds. */
  get bufferedAudioMs(): number {
    return this.#stream.aheadMs;
  }

  /** Motion without a gap beyond what is heard, in milliseconds. */
  get bufferedMotionMs(): number {
    const heardMs = this.#stream.now();
    return this.motion.coveredUntil(heardMs) - heardMs;
  }

  /** Milliseconds of the utterance that were heard. */
  get playedMs(): number {
    return this.#stream.now();
  }

  /** As `playedMs`, from a single reading of the device's clock. */
  get measuredMs(): number {
    return this.#stream.measuredMs;
  }

  /** What a face should show now: nothing unless sound is moving. */
  get heard(): HeardSpeech | undefined {
    if (this.#phase !== 'playing' || this.#holds.size > 0 || !this.#stream.isHeard) return undefined;
    return { track: this.#standsIn && this.#standIn.isReady ? this.#standIn.track : this.motion, timeMs: this.#stream.now() };
  }

  /** What moves the mouth while it is heard. */
  get motionSource(): MotionSource {
    if (this.#phase !== 'playing') return 'none';
    if (this.#standsIn) return this.#standIn.isReady ? 'signal' : 'none';
    return this.motion.frameCount > 0 ? 'backend' : 'none';
  }

  pushAudio(input: AudioInput): void {
    if (this.#phase === 'finished') return;
    const startMs = input.kind === 'opus' ? input.audio.firstSample / OPUS_SAMPLES_PER_MS : this.#feeder.receivedMs;
    this.#late.audio.add(startMs, this.#options.timer.now());
    this.#feeder.push(input);
  }

  addMotion(motion: DecodedMotion): AddResult {
    this.#late.motion.add(motion.frames[0]!.timeMs, this.#options.timer.now());
    return this.motion.add(motion);
  }

  endAudio(): void {
    this.#feeder.end();
    this.#update();
  }

  /** Motion was added to the track, or its end is known. */
  motionArrived(ended: boolean): void {
    this.#motionEnded ||= ended;
    this.#update();
  }

  /** Fades out and keeps everything, or goes on where it stopped once no reason is left. */
  hold(reason: HoldReason, on: boolean): void {
    if (this.#phase === 'finished' || this.#holds.has(reason) === on) return;
    if (on) this.#holds.add(reason);
    else this.#holds.delete(reason);
    if (reason === 'remote') this.#boundHold(on);
    this.#applyHolds();
  }

  #boundHold(on: boolean): void {
    this.#cancelHold();
    if (on) this.#cancelHold = this.#options.timer.after(MAX_HOLD_MS, () => this.#endHold());
  }

  #endHold(): void {
    this.hold('remote', false);
    const message = 'the backend held the sound for 5 s and said neither resume nor flush; it goes on';
    this.#options.events.onError(new VisavisError('protocolError', message, { fatal: false }));
  }

  /** Nothing more will come: plays what is there, and counts as interrupted unless it was all there. */
  truncate(): void {
    if (this.#phase === 'finished') return;
    this.#truncated = !this.#feeder.isEnded;
    this.#holds.delete('remote');
    this.#cancelHold();
    this.#applyHolds();
    this.motionArrived(true);
    this.endAudio();
  }

  /** Silence at once, and nothing more of this utterance. */
  stop(): void {
    this.#finish(true);
  }

  #mayWait(): boolean {
    if (this.#phase === 'buffering') return this.#options.timer.now() - this.#openedMs < START_PATIENCE_MS;
    return this.#stream.aheadMs > HOLE_PATIENCE_MS;
  }

  #progress(): void {
    this.#goOn();
    if (this.#phase !== 'finished') this.#options.events.onProgress();
  }

  #written(): void {
    if (this.#feeder.isWritten) this.#standIn.end();
    this.#update();
  }

  #goOn(): void {
    this.#feeder.pump();
    this.#update();
  }

  #update(): void {
    if (this.#phase === 'buffering') this.#tryStart();
    if (this.#phase !== 'playing') return;
    if (this.#feeder.isWritten && this.#stream.isFinished) return this.#finish(this.#truncated);
    this.motion.trim(this.#stream.now());
    this.#standIn.track.trim(this.#stream.now());
    this.#watchMotion();
    this.#watchStandIn();
    this.#watchAudio();
  }

  #tryStart(): void {
    const { timer, startDelay } = this.#options;
    if (this.#stream.runsByItself) {
      if (this.#stream.isHeard) this.#start();
      return;
    }
    const waitMs = this.#openedMs + startsAtMs(this.#supply(), this.#starvation, startDelay.ms) - timer.now();
    this.#cancelStart();
    if (waitMs <= 0) this.#start();
    else if (waitMs < Infinity) this.#cancelStart = timer.after(waitMs, () => this.#goOn());
  }

  #start(): void {
    this.#phase = 'playing';
    this.#cancelTimers();
    this.#watchStandIn();
    this.#applyHolds();
  }

  #watchMotion(): void {
    const waiting = this.#holds.has('motion');
    const wait = mustWaitForMotion(this.#supply(), waiting, this.#starvation);
    if (wait === waiting) return;
    this.hold('motion', wait);
    if (wait) this.#options.events.onStall();
  }

  #watchStandIn(): void {
    const standsIn = !this.#stream.runsByItself && !this.#holds.has('motion') && mustStandIn(this.#supply(), this.#standsIn);
    if (standsIn === this.#standsIn) return;
    this.#standsIn = standsIn;
    if (standsIn) this.#standIn.begin(() => this.#stream.now()).catch((cause: unknown) => this.#refuseStandIn(cause));
  }

  #refuseStandIn(cause: unknown): void {
    if (this.#phase === 'finished') return;
    const message = 'the motion is missing and the built-in model does not load; speech goes on with the mouth at rest';
    this.#options.events.onError(new VisavisError('animationPlayerNotInitialized', message, { cause }));
  }

  #watchAudio(): void {
    const starved = this.#stream.isStarved && !this.#feeder.isEnded;
    if (starved && !this.#stalled) this.#ranShort();
    this.#stalled = starved;
  }

  /** Goes on with as much in store as this stall would have taken. Where it is not the first, a piece more: better one long stall than many. */
  #ranShort(): void {
    const storeMs = START_BUFFER_MS + Math.min(MAX_DELAY_MS, Math.max(this.#options.startDelay.ms, this.#worstMs));
    this.#stream.refillMs = this.#hasStalled ? Math.min(MAX_REFILL_MS, storeMs + this.#feeder.pieceMs) : storeMs;
    this.#hasStalled = true;
    this.#options.events.onStall();
  }

  /** Sound that is made elsewhere cannot wait for motion. */
  get #starvation(): FrameStarvationMode {
    return this.#stream.runsByItself ? 'audioIndependent' : this.#options.starvation();
  }

  /** Motion has until its sound is heard, which is later than it is rendered. */
  get #worstMs(): number {
    return Math.max(this.#late.audio.worstMs, this.#late.motion.worstMs - this.#stream.latencyMs);
  }

  #cancelTimers(): void {
    this.#cancelPatience();
    this.#cancelStart();
  }

  #supply(): Supply {
    const heardMs = this.#stream.now();
    const coveredMs = this.motion.coveredUntil(heardMs);
    const audioEnded = this.#feeder.isWritten;
    // Motion to the last sample is all there can be, whether its end was said or not.
    const isCovered = audioEnded && coveredMs >= this.#stream.writtenMs - LAST_FRAME_MS;
    const { aheadMs } = this.#stream;
    return { audioMs: aheadMs, pieceMs: this.#feeder.pieceMs, audioEnded, motionMs: coveredMs - heardMs, motionEnded: this.#motionEnded || isCovered, isCovered };
  }

  #applyHolds(): void {
    this.#stream.run(this.#phase === 'playing' && this.#holds.size === 0);
    this.#options.events.onChange();
  }

  #finish(interrupted: boolean): void {
    if (this.#phase === 'finished') return;
    this.#phase = 'finished';
    this.#cancelTimers();
    this.#cancelHold();
    this.#options.startDelay.learn(this.#worstMs);
    const playedMs = this.#stream.now();
    this.#feeder.close();
    this.#standIn.close();
    this.#options.events.onFinished(playedMs, interrupted);
  }
}
