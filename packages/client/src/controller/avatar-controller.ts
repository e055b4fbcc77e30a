import type { Pose } from '@visavis/face';
import { VisavisError } from '@visavis/protocol/errors';
import {
  createOpusDecoder, readAudio, readResponse, WorkletOutput, type AudioForm, type AudioOutput, type AudioState,
} from '../audio/index.js';
import {
  Captions, PosePlayer, SYSTEM_TIMER, type ActiveCaption, type FrameStarvationMode, type Presence, type Timer,
} from '../timeline/index.js';
import { RateMeter, type ConnectionState, type Transport } from '../transport/index.js';
import type { PoseSource } from '../view/index.js';
import { loadSignalModel } from '../stand-in/index.js';
import { Conversations, type ConversationState, type PlaybackPosition, type PlaybackResult } from './conversations.js';
import type { MotionSource } from './playback.js';
import { FrameRateMeter, type FrameRateInfo } from './frame-rate.js';
import { MicrophoneControl, type MicrophoneState } from './microphone-control.js';
import {
  DEFAULT_AUDIO_FORM, DEFAULT_MIC_BITRATE, type AnimationState, type AvatarControllerOptions, type ControllerLog, type ControllerStats,
} from './options.js';
import { createSink } from './transport-sink.js';

/**
 * Plays speech and says what the face does meanwhile. Fed by an application (`yieldAudioData`, `yieldFramesData`) or by
 * a transport (`connect`); asked for poses by a view. Each callback has one listener.
 */
export class AvatarController implements PoseSource {
  onConversationState: ((state: ConversationState) => void) | undefined;
  onConnectionState: ((state: ConnectionState) => void) | undefined;
  onPresence: ((presence: Presence) => void) | undefined;
  /** Whether sound may be heard; `locked` waits for a tap, see `unlockOnGesture`. */
  onAudioState: ((state: AudioState) => void) | undefined;
  onMicrophoneState: ((state: MicrophoneState) => void) | undefined;
  onError: ((error: VisavisError) => void) | undefined;
  /** Sound or motion ran short while playing. */
  onPlaybackStall: (() => void) | undefined;
  /** About four times a second while playing, and at every pause, resume and stall. */
  onPlaybackPosition: ((position: PlaybackPosition) => void) | undefined;
  /** Exactly once for every conversation. */
  onPlaybackFinished: ((result: PlaybackResult) => void) | undefined;
  /** What moves the mouth of what is heard: the backend's motion, the sound itself, or nothing (sound alone, or silence). */
  onMotionSource: ((source: MotionSource) => void) | undefined;
  onAnimationState: ((state: AnimationState) => void) | undefined;
  /** About once a second while `frameRateMonitorEnabled`. */
  onFrameRateInfo: ((info: FrameRateInfo) => void) | undefined;
  /** When the text or the word being heard changes. */
  onCaption: ((caption: ActiveCaption) => void) | undefined;

  /** Default false. */
  frameRateMonitorEnabled = false;

  readonly #form: AudioForm;
  readonly #ownOutput: AudioOutput;
  /** The transport's where it brings one. */
  #output: AudioOutput;
  readonly #timer: Timer;
  readonly #conversations: Conversations;
  readonly #microphone: MicrophoneControl;
  readonly #player: PosePlayer;
  readonly #captions = new Captions((caption) => this.onCaption?.(caption));
  readonly #meter = new RateMeter();
  readonly #frameRate = new FrameRateMeter();
  readonly #log: ControllerLog;
  #animation: AnimationState = 'idle';
  #transport: Transport | undefined;
  #presence: Presence = 'idle';
  #shownPresence: Presence = 'idle';
  #avOffsetMs: number | undefined;
  #yieldedBytes = 0;
  #disposed = false;

  constructor(options: AvatarControllerOptions = {}) {
    this.#form = options.audioFormat ?? DEFAULT_AUDIO_FORM;
    this.#log = options.log ?? (() => undefined);
    this.#timer = options.timer ?? SYSTEM_TIMER;
    this.#output = this.#ownOutput = options.output ?? new WorkletOutput(undefined, this.#timer);
    this.#player = new PosePlayer(options.seed);
    this.#hearOutput();
    const { opusUplinkEnabled = true, opusBitrate = DEFAULT_MIC_BITRATE } = this.#form;
    this.#microphone = new MicrophoneControl({
      own: () => this.#transport?.ownMicrophone, device: options.microphone, bitrate: opusUplinkEnabled ? opusBitrate : undefined,
      onPiece: (piece) => this.#transport?.sendMicrophone(piece),
      onState: (state) => this.onMicrophoneState?.(state),
      onError: (error) => this.#tell(error),
    });
    this.#conversations = new Conversations({
      output: () => this.#output,
      timer: this.#timer,
      createDecoder: options.createDecoder ?? createOpusDecoder,
      createId: options.createId ?? (() => crypto.randomUUID()),
      loadStandIn: options.loadStandIn ?? loadSignalModel,
      events: {
        onState: (state) => this.#changed(state),
        onMotionSource: (source) => this.onMotionSource?.(source),
        onStall: () => this.onPlaybackStall?.(),
        onProgress: () => this.#followCaption(),
        onPosition: (position) => this.#report(position),
        onFinished: (result) => this.#finished(result),
        onError: (error) => this.#tell(error),
      },
    });
  }

  get conversationState(): ConversationState {
    return this.#conversations.state;
  }

  get connectionState(): ConnectionState {
    return this.#transport?.state ?? 'disconnected';
  }

  get audioState(): AudioState {
    return this.#output.state;
  }

  /** See `onMotionSource`. */
  get motionSource(): MotionSource {
    return this.#conversations.motionSource;
  }

  /** What the avatar is doing: `speaking` while it is heard, else what was set last. */
  get presence(): Presence {
    return this.#shownPresence;
  }

  /** What happens when motion runs short. Default `audioIndependent`. */
  get frameStarvationMode(): FrameStarvationMode {
    return this.#conversations.starvation;
  }

  set frameStarvationMode(mode: FrameStarvationMode) {
    this.#conversations.starvation = mode;
  }

  get muted(): boolean {
    return this.#output.muted;
  }

  set muted(muted: boolean) {
    this.#output.muted = muted;
  }

  /** Makes sound ready; call it in a gesture of the user. Resolves with the state reached. */
  initializeAudioContext(): Promise<AudioState> {
    return this.#output.unlock();
  }

  /**
   * Takes the next audio of an utterance: bytes of the configured form, or an envelope with encoded audio. `end` marks
   * its last (which may be empty). After an end, audio opens a new conversation and cuts the one that plays. Returns
   * the conversation's id; null where nothing can be played (the reason goes to `onError`).
   */
  yieldAudioData(data: Uint8Array, end = false): string | null {
    if (this.#disposed) return null;
    this.#yieldedBytes += data.length;
    try {
      return this.#conversations.audio(readAudio(data, this.#form), end);
    } catch (error) {
      this.#tell(VisavisError.from(error, 'invalidAudioInput'));
      return null;
    }
  }

  /**
   * Takes motion messages of the conversation, as the Motion Server sent them. True when the utterance's last was among
   * them. Messages for another conversation are dropped without a sound, as documented; bad ones go to `onError`.
   */
  yieldFramesData(messages: readonly (Uint8Array | ArrayBuffer)[], conversationId: string): boolean {
    let last = false;
    for (const message of messages) {
      this.#yieldedBytes += message.byteLength;
      try {
        const response = readResponse(message instanceof ArrayBuffer ? new Uint8Array(message) : message);
        last = this.#conversations.motion(response, conversationId) || last;
      } catch (error) {
        this.#tell(VisavisError.from(error, 'invalidAnimationData'));
      }
    }
    return last;
  }

  /** Fades out and keeps everything. */
  pause(): void {
    this.#conversations.hold('user', true);
  }

  /** Goes on where it stopped. */
  async resume(): Promise<void> {
    await this.#output.unlock();
    this.#conversations.hold('user', false);
  }

  /** Silence and a natural mouth at once; tells the backend. Whatever still comes of what was cut is dropped. */
  interrupt(reason = 'user'): void {
    this.#conversations.cut();
    this.#transport?.interrupt(reason);
  }

  /** Milliseconds of the current conversation that were heard; 0 when idle. */
  getAudioTime(): number {
    return this.#conversations.current?.playedMs ?? 0;
  }

  /** 0..1. */
  setVolume(volume: number): void {
    this.#output.volume = volume;
  }

  getVolume(): number {
    return this.#output.volume;
  }

  /** What the avatar does while it does not speak. */
  setPresence(presence: Presence): void {
    this.#presence = presence;
    this.#showPresence();
  }

  /** Direct mode is not offered: it would put a session token in the page. Rejects with `invalidConfiguration`. */
  start(): Promise<void> {
    return Promise.reject(noDirectMode());
  }

  /** As `start`: throws `invalidConfiguration`. */
  send(): never {
    throw noDirectMode();
  }

  /**
   * Takes everything from `transport` from here on, and reports to it. Resolves when it is connected. The same one may be given
   * again when it has failed. The microphone stays on, but for a change to or from a transport that takes the voice by itself.
   */
  connect(transport: Transport): Promise<void> {
    if (this.#disposed) return Promise.reject(disposedOf());
    if (this.#transport !== transport) {
      // A voice that one of them takes by itself does not go on over the other.
      if (this.#transport?.ownMicrophone !== transport.ownMicrophone) this.#microphone.stop();
      this.#transport?.close();
      this.#conversations.forgetConnection();
    }
    this.#transport = transport;
    this.#useOutput(transport.output ?? this.#ownOutput);
    const ours = (): boolean => this.#transport === transport;
    return transport.connect(createSink({
      conversations: this.#conversations,
      captions: this.#captions,
      onState: (state) => { if (ours()) this.#connectionChanged(state); },
      onPresence: (presence) => this.setPresence(presence),
      onError: (error) => this.#tell(error),
    }));
  }

  /** Sends what the user typed. Throws `networkLayerNotAvailable` without a connection. */
  sendText(text: string): void {
    if (!this.#transport) throw new VisavisError('networkLayerNotAvailable', 'connect a transport before sending text');
    this.#transport.sendText(text);
  }

  get microphoneState(): MicrophoneState {
    return this.#microphone.state;
  }

  /**
   * Sends what the user says to the backend, over the transport; asks the user where the browser wants that. Resolves when
   * it is on. Rejects, and tells `onError`: `microphoneDenied`, `microphoneUnavailable`.
   */
  startMicrophone(): Promise<void> {
    if (this.#disposed) return Promise.reject(disposedOf());
    return this.#microphone.start();
  }

  /** Gives the microphone back. */
  stopMicrophone(): void {
    this.#microphone.stop();
  }

  /** Stops what plays and the microphone, and leaves the transport. The controller can be used again. */
  close(): void {
    this.#conversations.cut();
    this.#microphone.stop();
    this.#transport?.close();
    this.#transport = undefined;
    this.#useOutput(this.#ownOutput);
  }

  /** Closes, and frees the audio device for good. */
  dispose(): void {
    if (this.#disposed) return;
    this.close();
    this.#disposed = true;
    void this.#ownOutput.dispose();
  }

  poseAt(nowMs: number): Pose {
    const { heard, current } = this.#conversations;
    const pose = this.#player.poseAt(nowMs, heard);
    this.#watchFrame(nowMs);
    const { sampledMs } = this.#player;
    this.#avOffsetMs = sampledMs === undefined || !current ? undefined : sampledMs - current.measuredMs;
    return pose;
  }

  stats(): ControllerStats {
    const { current } = this.#conversations;
    const received = this.#yieldedBytes + (this.#transport?.bytesReceived ?? 0);
    return {
      connectionState: this.connectionState,
      bytesPerSecond: this.#meter.perSecond(received, this.#timer.now()),
      avOffsetMs: current ? this.#avOffsetMs : undefined,
      startDelayMs: this.#conversations.startDelayMs,
      bufferedAudioMs: current?.bufferedAudioMs ?? 0,
      bufferedMotionMs: current?.bufferedMotionMs ?? 0,
    };
  }

  /** What plays is heard out where it began. */
  #useOutput(output: AudioOutput): void {
    const last = this.#output;
    if (output === last) return;
    last.onState = last.onError = undefined;
    this.#output = output;
    output.volume = last.volume;
    output.muted = last.muted;
    this.#hearOutput();
    if (output.state !== last.state) this.onAudioState?.(output.state);
  }

  #hearOutput(): void {
    this.#output.onError = (error) => this.#tell(error);
    this.#output.onState = (state) => this.onAudioState?.(state);
  }

  #watchFrame(nowMs: number): void {
    const animation: AnimationState = this.#player.sampledMs === undefined ? 'idle' : 'mono';
    if (animation !== this.#animation) {
      this.#animation = animation;
      this.onAnimationState?.(animation);
    }
    if (!this.frameRateMonitorEnabled) return this.#frameRate.reset();
    const info = this.#frameRate.count(nowMs);
    if (info) this.onFrameRateInfo?.(info);
  }

  #connectionChanged(state: ConnectionState): void {
    this.#log('info', `the connection is ${state}`);
    this.onConnectionState?.(state);
  }

  #changed(state: ConversationState): void {
    this.#showPresence();
    this.onConversationState?.(state);
  }

  #showPresence(): void {
    const presence = this.#conversations.state === 'playing' ? 'speaking' : this.#presence;
    if (presence === this.#shownPresence) return;
    this.#shownPresence = presence;
    this.#player.presence = presence;
    this.onPresence?.(presence);
  }

  #report(position: PlaybackPosition): void {
    this.#transport?.reportPosition(position);
    this.onPlaybackPosition?.(position);
  }

  #finished(result: PlaybackResult): void {
    this.#captions.forget(result.conversationId);
    this.#transport?.reportFinished(result);
    this.onPlaybackFinished?.(result);
  }

  #followCaption(): void {
    const { current } = this.#conversations;
    if (current) this.#captions.follow(current.id, current.playedMs);
  }

  #tell(error: VisavisError): void {
    if (this.#disposed) return;
    this.#log(error.fatal ? 'error' : 'warning', `${error.code}: ${error.message}`);
    this.onError?.(error);
  }
}

function disposedOf(): VisavisError {
  return new VisavisError('invalidState', 'this controller was disposed of; make a new view');
}

function noDirectMode(): VisavisError {
  return new VisavisError('invalidConfiguration', 'direct mode is not offered: connect a transport to your backend, or use yieldAudioData and yieldFramesData');
}
