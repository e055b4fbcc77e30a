import { ConnectionState as RoomState, Room, RoomEvent, type DisconnectReason, type RemoteParticipant, type RoomOptions } from 'livekit-client';
import type { ConnectionState, ReportedEnd, ReportedPosition, Transport, TransportSink } from '@visavis/client';
import { encodeClientMessage, PlaybackState, type ClientBodies, type ClientKind } from '@visavis/protocol/downlink';
import { VisavisError } from '@visavis/protocol/errors';
import { ROOM_TOPIC } from '@visavis/protocol/room';
import { AvatarTrack } from './avatar-track.js';
import { DataWatchdog, WATCH_EVERY_MS } from './data-watchdog.js';
import { connectError, endError, versionError } from './failure.js';
import { RoomMicrophone } from './room-microphone.js';
import { RoomOutput } from './room-output.js';
import { Uplink } from './uplink.js';
import { RoomReader } from './room-reader.js';

/** A way into a room: its server, and a token without more grants than a viewer needs. */
export interface RoomAccess {
  readonly url: string;
  /** A function is asked anew for every connection. */
  readonly token: string | (() => Promise<string>);
  /** Handed to the room that is made. */
  readonly roomOptions?: RoomOptions;
  /** Handed to `Room.connect`. */
  readonly rtcConfig?: RTCConfiguration;
}

export interface LiveKitTransportOptions {
  /** The avatar's identity in the room. Nobody else's data or track is taken for its own. */
  readonly identity: string;
}

/** Waits before joining again, by how often in a row it failed. */
const RETRY_MS = [250, 500, 1_000, 2_000, 4_000, 8_000] as const;
/** An interrupt that is not answered is asked after again: the answer may have died with a publisher. */
const ASK_AGAIN_MS = 1_000;

const PLAYBACK: Record<ReportedPosition['state'], PlaybackState> = {
  playing: PlaybackState.PLAYING, paused: PlaybackState.PAUSED, stalled: PlaybackState.STALLED,
};

/**
 * Carries an avatar through a LiveKit room: its own, or one the application has joined and uses for more. The room plays the
 * sound; motion follows the RTP clock of its track. In a room `pause()` silences: speech goes on without the listener.
 */
export class LiveKitTransport implements Transport {
  readonly output = new RoomOutput();
  readonly ownMicrophone = { start: () => this.#microphone.start(), stop: () => this.#microphone.stop() };
  readonly #access: RoomAccess | undefined;
  readonly #room: Room;
  readonly #identity: string;
  #state: ConnectionState = 'disconnected';
  #sink: TransportSink | undefined;
  #reader: RoomReader | undefined;
  #track: AvatarTrack | undefined;
  #settle: { resolve: () => void; reject: (error: VisavisError) => void } | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  readonly #watchdog = new DataWatchdog();
  #rejoining = false;
  #lost = false;
  #interrupts = 0;
  #interruptPending = false;
  #askedMs = 0;
  #dataBytes = 0;
  readonly #uplink: Uplink;
  readonly #microphone: RoomMicrophone;
  #closed = false;

  /** `room`: one that the application joins and leaves itself; or how to join one for the avatar alone. */
  constructor(room: Room | RoomAccess, { identity }: LiveKitTransportOptions) {
    if (!identity) throw new VisavisError('invalidConfiguration', 'say which participant is the avatar: { identity }');
    // An application may have the library in a copy of its own: what a room can do tells, not its class.
    this.#access = 'url' in room ? room : undefined;
    this.#room = 'url' in room ? new Room(room.roomOptions) : room;
    this.#identity = identity;
    this.#uplink = new Uplink(this.#room, identity);
    this.#microphone = new RoomMicrophone(this.#room);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Silence in place of the user's voice, while its track stays. */
  get microphoneMuted(): boolean {
    return this.#microphone.muted;
  }

  set microphoneMuted(muted: boolean) {
    this.#microphone.muted = muted;
  }

  get bytesReceived(): number {
    return this.#dataBytes + this.output.bytesReceived;
  }

  /** The room that carries it, for what an application wants of it besides. */
  get room(): Room {
    return this.#room;
  }

  connect(sink: TransportSink): Promise<void> {
    if (this.#sink && this.#state !== 'failed') return Promise.reject(new VisavisError('connectionInProgress', 'this transport is connected, or connecting, already'));
    if (this.#closed) return Promise.reject(new VisavisError('invalidState', 'this transport was closed; make a new one'));
    this.#sink = sink;
    this.#reader = new RoomReader(sink, this.output, { onStream: () => this.#met(), onPong: (timeMs) => this.#answered(timeMs) });
    this.#listen();
    this.#setState('connecting');
    this.#watchdog.start();
    this.#failures = 0;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#watch(), WATCH_EVERY_MS);
    const connected = new Promise<void>((resolve, reject) => { this.#settle = { resolve, reject }; });
    void this.#join();
    return connected;
  }

  sendText(text: string): void {
    if (this.#state !== 'connected') throw new VisavisError('networkLayerNotAvailable', 'the avatar is not in the room just now; try again');
    if (!this.#maySend) throw new VisavisError('sessionTokenInvalid', 'this viewer may not send data: its token needs canPublishData', { fatal: false });
    this.#deliver('text', { text });
  }

  interrupt(reason: string): void {
    this.#reader?.downlink.interrupted();
    if (!this.#maySend) return this.#reader?.downlink.interruptAnswered();
    this.#interrupts += 1;
    this.#interruptPending = true;
    this.#deliver('interrupt', { reason });
    this.#ask();
  }

  /** The microphone is a track of the room: see `ownMicrophone`. */
  sendMicrophone(): void {}

  reportPosition(position: ReportedPosition): void {
    const reqId = this.#reader?.downlink.positionOf(position);
    if (reqId !== undefined) this.#send('playbackPosition', { reqId, playedMs: Math.round(position.playedMs), state: PLAYBACK[position.state] });
  }

  reportFinished(end: ReportedEnd): void {
    const reqId = this.#reader?.downlink.finished(end);
    if (reqId !== undefined) this.#deliver('playbackFinished', { reqId, playedMs: Math.round(end.playedMs), interrupted: end.interrupted });
  }

  /** Leaves the room where it is ours; one of the application goes on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stop();
    void this.output.dispose();
    if (this.#access) this.#microphone.stop();
    void this.#leave();
    this.#setState('disconnected');
    this.#settle?.reject(new VisavisError('connectionClosed', 'the transport was closed while it connected', { retryable: false }));
    this.#settle = undefined;
  }

  get #isOver(): boolean {
    return this.#closed || this.#state === 'failed';
  }

  get #maySend(): boolean {
    return this.#room.localParticipant.permissions?.canPublishData !== false;
  }

  #listen(): void {
    this.#track?.dispose();
    this.#unlisten();
    this.#room
      .on(RoomEvent.DataReceived, this.#data)
      .on(RoomEvent.Reconnecting, this.#reconnecting)
      .on(RoomEvent.Reconnected, this.#joined)
      .on(RoomEvent.Connected, this.#joined)
      .on(RoomEvent.SignalConnected, this.#checkServer)
      .on(RoomEvent.Disconnected, this.#disconnected);
    this.#track = new AvatarTrack(this.#room, this.#identity, this.output);
  }

  #unlisten(): void {
    this.#room
      .off(RoomEvent.DataReceived, this.#data)
      .off(RoomEvent.Reconnecting, this.#reconnecting)
      .off(RoomEvent.Reconnected, this.#joined)
      .off(RoomEvent.Connected, this.#joined)
      .off(RoomEvent.SignalConnected, this.#checkServer)
      .off(RoomEvent.Disconnected, this.#disconnected);
  }

  async #join(): Promise<void> {
    const access = this.#access;
    if (!access || this.#room.state !== RoomState.Disconnected) return this.#joined();
    try {
      const token = typeof access.token === 'string' ? access.token : await access.token();
      if (this.#isOver) return;
      await this.#room.connect(access.url, token, { autoSubscribe: false, ...(access.rtcConfig ? { rtcConfig: access.rtcConfig } : {}) });
    } catch (cause) {
      if (!this.#isOver) this.#again(VisavisError.isInstance(cause) ? cause : connectError(cause));
    }
  }

  /** Said as soon as it is known: with a server that is too old the rest may take long, or never end. */
  readonly #checkServer = (): void => {
    const error = versionError(this.#room.serverInfo?.version);
    if (error) this.#fail(error);
  };

  readonly #joined = (): void => {
    if (this.#isOver || this.#room.state !== RoomState.Connected) return;
    this.#checkServer();
    if (this.#isOver) return;
    this.#failures = 0;
    this.#watchdog.joined();
    this.#track?.look();
    this.#hello();
    this.#microphone.joined({ mayStart: this.#access !== undefined }).catch((error: VisavisError) => {
      if (!this.#isOver) this.#sink?.handleError(error);
    });
  };

  readonly #reconnecting = (): void => this.#setState('connecting');

  readonly #disconnected = (reason?: DisconnectReason): void => {
    if (this.#isOver || this.#rejoining) return;
    const error = endError(reason);
    this.#setState('connecting');
    if (error.fatal) this.#fail(error);
    // An application's room is its own to join again.
    else if (this.#access && !this.#settle) this.#again(error);
  };

  #again(error: VisavisError): void {
    const waitMs = error.fatal ? undefined : RETRY_MS[this.#failures];
    this.#failures += 1;
    if (waitMs === undefined) return this.#fail(error.fatal ? error : new VisavisError('connectionFailed', `gave up joining the room: ${error.message}`, { cause: error }));
    if (this.#failures === 1) this.#sink?.handleError(error);
    this.#retry = setTimeout(() => void this.#join(), waitMs);
  }

  readonly #data = (bytes: Uint8Array, participant?: RemoteParticipant, _kind?: unknown, topic?: string): void => {
    // Data whose sender the room does not name is nobody's.
    if (topic !== ROOM_TOPIC || participant?.identity !== this.#identity) return;
    this.#dataBytes += bytes.length;
    if (!this.#reader?.take(bytes)) return;
    this.#watchdog.heard();
    this.#lost = false;
    if (this.#state === 'failed' || this.#room.state !== RoomState.Connected) return;
    this.#setState('connected');
    this.#settle?.resolve();
    this.#settle = undefined;
  };

  /** The backend speaks, for the first time or through another publisher. */
  #met(): void {
    this.#hello();
    if (this.#interruptPending) this.#ask();
  }

  #hello(): void {
    this.#deliver('hello', { audioCodecs: [], resumable: false });
  }

  #ask(): void {
    this.#askedMs = performance.now();
    this.#deliver('ping', { timeMs: -this.#interrupts });
  }

  #answered(timeMs: number): void {
    if (!this.#interruptPending || timeMs !== -this.#interrupts) return;
    this.#interruptPending = false;
    this.#reader?.downlink.interruptAnswered();
  }

  /** A publisher that is gone is no participant that left for 20 s: its packets tell sooner. */
  #watch(): void {
    if (this.#interruptPending && performance.now() - this.#askedMs > ASK_AGAIN_MS) this.#ask();
    if (this.#watchdog.isQuiet) this.#setState('connecting');
    if (this.#watchdog.wantsRejoin) void this.#rejoin();
    if (this.#watchdog.isLost && !this.#lost) this.#lose();
    if (!this.#watchdog.isGone) return;
    const why = this.#room.state === RoomState.Connected ? `the avatar “${this.#identity}” is not in the room, or says nothing` : 'the room cannot be joined: no answer of a LiveKit server';
    this.#fail(new VisavisError('connectionFailed', why));
  }

  async #rejoin(): Promise<void> {
    if (!this.#access || this.#room.state !== RoomState.Connected || !this.#room.remoteParticipants.has(this.#identity)) return;
    this.#watchdog.rejoins();
    this.#rejoining = true;
    await this.#leave();
    this.#rejoining = false;
    if (!this.#isOver) await this.#join();
  }

  /** One of the application goes on. What cannot be said to a server is not waited for. */
  async #leave(): Promise<void> {
    if (this.#access) await this.#room.disconnect().catch(() => undefined);
  }

  #lose(): void {
    this.#lost = true;
    this.#reader?.downlink.streamLost();
  }

  #fail(error: VisavisError): void {
    if (this.#isOver) return;
    this.#stop();
    this.#setState('failed');
    this.#lose();
    this.#sink?.handleError(error);
    this.#settle?.reject(error);
    this.#settle = undefined;
    void this.#leave();
  }

  #stop(): void {
    this.#uplink.clear();
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    this.#unlisten();
    this.#track?.dispose();
    this.#track = undefined;
  }

  /** News for a moment: lost where it is lost. */
  #send<K extends ClientKind>(kind: K, body: ClientBodies[K]): void {
    if (this.#room.state === RoomState.Connected && this.#maySend) this.#uplink.send(encodeClientMessage(kind, body));
  }

  /** What must arrive. */
  #deliver<K extends ClientKind>(kind: K, body: ClientBodies[K]): void {
    if (this.#maySend) this.#uplink.deliver((sequence) => encodeClientMessage(kind, body, { sequence }));
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#sink?.handleState(state);
  }
}
