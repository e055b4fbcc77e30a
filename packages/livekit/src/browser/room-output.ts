import type { AudioOutput, AudioState } from '@visavis/client';
import type { VisavisError } from '@visavis/protocol/errors';
import type { Cue } from '@visavis/protocol/room';
import { Anchor } from './anchor.js';
import { OutputLatency } from './output-latency.js';
import { RoomStream, type HeardTrack } from './room-stream.js';
import { TrackReader, type TrackReceiver } from './track-reader.js';

/** While an utterance is open its progress is told, and the gate looked after, this often. */
const TICK_MS = 20;
/** Without one the track is read this often, so that its clock is known when the next comes. */
const IDLE_TICK_MS = 100;
/** After a cut the old sound is gone when the backend's silence is heard; where that cannot be told, after this. */
const LONGEST_CUT_MS = 1_500;
/** The source hands sound on 10 ms at a time. */
const GRAIN_MS = 10;

/** A track of a room, as far as this needs one. */
export interface RoomTrack {
  readonly receiver: TrackReceiver;
  /** 0..1, of all elements that play it. */
  setVolume(volume: number): void;
}

/** The room's word on whether sound may be played. */
export interface RoomSpeaker {
  readonly canPlay: boolean;
  start(): Promise<void>;
}

/** Hears an avatar's track in a room: whatever plays it, this knows where the sound is, and silences it. */
export class RoomOutput implements AudioOutput, HeardTrack {
  onState: ((state: AudioState) => void) | undefined;
  onError: ((error: VisavisError) => void) | undefined;
  readonly #latency = new OutputLatency();
  readonly #anchors = new Map<number, Anchor>();
  #speaker: RoomSpeaker | undefined;
  #reader: TrackReader | undefined;
  #track: RoomTrack | undefined;
  #stream: RoomStream | undefined;
  #lastCue: { readonly run: number; readonly cue: Cue } | undefined;
  #opening = '';
  #reqId = '';
  #state: AudioState = 'uninitialized';
  #volume = 1;
  #muted = false;
  #holding = false;
  /** Silent since a cut: until the backend's clock says this is heard, or until the page's clock says so. */
  #shut: { untilMs: number; readonly latestMs: number } | undefined;
  #gain = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;
  #bytesBefore = 0;

  get state(): AudioState {
    return this.#state;
  }

  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = Math.min(1, Math.max(0, volume));
    this.#apply();
  }

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    this.#apply();
  }

  /** Bytes of sound that came. */
  get bytesReceived(): number {
    return this.#bytesBefore + (this.#reader?.bytesReceived ?? 0);
  }

  /** What the device adds before sound is heard, milliseconds; 0 where it is not known. */
  get latencyMs(): number {
    return this.#latency.ms;
  }

  /** The track that is heard; undefined where none is. */
  get heardRun(): number | undefined {
    return this.#reader?.run;
  }

  nowMs(): number {
    return performance.now();
  }

  heardMs(): number | undefined {
    return this.#reader?.heardMs(this.nowMs(), this.#latency.ms);
  }

  async unlock(): Promise<AudioState> {
    try {
      await this.#speaker?.start();
    } catch {
      // Without a gesture browsers refuse: the state says so.
    }
    this.speakerChanged();
    return this.#state;
  }

  open(): RoomStream | undefined {
    if (this.#disposed) return undefined;
    this.#stream?.cut();
    this.#stream = new RoomStream(this);
    this.#reqId = this.#opening;
    this.#tick();
    return this.#stream;
  }

  dispose(): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.detach();
    this.#latency.dispose();
    this.#setState('closed');
    return Promise.resolve();
  }

  /** The room that plays. */
  use(speaker: RoomSpeaker | undefined): void {
    this.#speaker = speaker;
    this.speakerChanged();
  }

  speakerChanged(): void {
    if (this.#disposed) return;
    if (this.#speaker?.canPlay) this.#latency.begin();
    this.#setState(this.#speaker ? (this.#speaker.canPlay ? 'running' : 'locked') : 'uninitialized');
  }

  /** Another track of the avatar is heard from here on. */
  attach(run: number, track: RoomTrack): void {
    this.detach();
    this.#track = track;
    const anchor = this.#anchorOf(run);
    anchor.forgetSound();
    this.#reader = new TrackReader(run, track.receiver, anchor, this.nowMs());
    this.#stream?.forgetCues();
    if (this.#lastCue) this.cue(this.#lastCue.run, this.#lastCue.cue);
    this.#apply(true);
    this.#tick();
  }

  detach(): void {
    this.#bytesBefore = this.bytesReceived;
    this.#reader = this.#track = undefined;
  }

  /** A data packet of the track's publisher came. */
  packet(run: number, sentMs: number): void {
    this.#anchorOf(run).data(sentMs, this.nowMs());
  }

  /** Runs `open`, which may open the stream of `reqId`. */
  opening(reqId: string, open: () => void): void {
    this.#opening = reqId;
    open();
    this.#opening = '';
  }

  cue(run: number, cue: Cue): void {
    // The data of a track may be there before it; what is said of another would be taken for the time of the one that is heard.
    this.#lastCue = { run, cue };
    if (run === this.#reader?.run && cue.reqId === this.#reqId) this.#stream?.cue(cue);
  }

  /** More of the utterance is there. */
  reach(run: number, reqId: string, untilMs: number): void {
    if (run === this.#reader?.run && reqId === this.#reqId) this.#stream?.reach(untilMs);
  }

  /** The backend was silent from here on its clock: what is heard of it may be heard. */
  silentFrom(ms: number): void {
    if (this.#shut) this.#shut.untilMs = ms + GRAIN_MS;
  }

  hold(stream: RoomStream, on: boolean): void {
    if (stream !== this.#stream) return;
    this.#holding = !on && stream.isHeard;
    this.#apply();
  }

  cut(stream: RoomStream): void {
    if (stream !== this.#stream) return;
    this.#stream = undefined;
    this.#holding = false;
    if (stream.isFinished) return this.#apply();
    this.#shut = { untilMs: Infinity, latestMs: this.nowMs() + LONGEST_CUT_MS };
    this.#apply();
    this.#tick();
  }

  #anchorOf(run: number): Anchor {
    const known = this.#anchors.get(run);
    if (known) return known;
    const anchor = new Anchor();
    this.#anchors.set(run, anchor);
    if (this.#anchors.size > 4) this.#anchors.delete(this.#anchors.keys().next().value!);
    return anchor;
  }

  #tick(): void {
    clearTimeout(this.#timer);
    if (this.#disposed) return;
    this.#reader?.poll(this.nowMs());
    this.#watchGate();
    this.#stream?.onProgress?.();
    if (this.#reader || this.#stream || this.#shut) this.#timer = setTimeout(() => this.#tick(), this.#stream || this.#shut ? TICK_MS : IDLE_TICK_MS);
  }

  #watchGate(): void {
    if (!this.#shut) return;
    const heardMs = this.heardMs();
    const opensMs = Math.min(this.#shut.untilMs, (this.#stream?.beginsMs ?? Infinity) - GRAIN_MS);
    if (this.nowMs() < this.#shut.latestMs && (heardMs === undefined || heardMs < opensMs)) return;
    this.#shut = undefined;
    this.#apply();
  }

  #apply(isNew = false): void {
    const gain = this.#muted || this.#holding || this.#shut ? 0 : this.#volume;
    if (gain === this.#gain && !isNew) return;
    this.#gain = gain;
    this.#track?.setVolume(gain);
  }

  #setState(state: AudioState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.onState?.(state);
  }
}
