import { Track, type LocalTrack, type LocalTrackPublication, type Room } from 'livekit-client';
import { microphoneError } from './failure.js';

/** The user's voice as a track of the room. One that is off, or muted, stays so through whatever happens to the room. */
export class RoomMicrophone {
  readonly #room: Room;
  #isOn = false;
  #isMuted = false;
  /** How often it was stopped: a start that was under way then is not wanted any more. */
  #stops = 0;
  #starting = Promise.resolve();
  #track: LocalTrack | undefined;
  /** What was taken back last: a room in the middle of a reconnection publishes it again all the same. */
  #stopped: LocalTrack | undefined;

  constructor(room: Room) {
    this.#room = room;
  }

  get muted(): boolean {
    return this.#isMuted;
  }

  set muted(muted: boolean) {
    this.#isMuted = muted;
    void this.#mute().catch(() => undefined);
  }

  /** One at a time. Resolves when it is published, or was stopped meanwhile. */
  start(): Promise<void> {
    const stops = this.#stops;
    this.#starting = this.#starting.catch(() => undefined).then(() => this.#start(stops));
    return this.#starting;
  }

  /** Gives the device back. */
  stop(): void {
    this.#stops += 1;
    this.#isOn = false;
    this.#stopped = this.#publication?.track ?? this.#track;
    this.#stopped?.stop();
    this.#takeBack();
  }

  /** The room was joined: a reconnection has kept the track as it was, with a connection that is new it is gone. */
  async joined({ mayStart }: { readonly mayStart: boolean }): Promise<void> {
    const track = this.#publication?.track;
    if (!this.#isOn && track && track === this.#stopped) this.#takeBack();
    if (!mayStart || !this.#isOn || track) return;
    // The application may have muted it by the room.
    this.#isMuted = this.#track?.isMuted ?? this.#isMuted;
    await this.start();
  }

  get #publication(): LocalTrackPublication | undefined {
    return this.#room.localParticipant.getTrackPublication(Track.Source.Microphone);
  }

  async #start(stops: number): Promise<void> {
    const isWanted = (): boolean => stops === this.#stops;
    if (!isWanted()) return;
    try {
      await this.#publish(isWanted);
      if (!isWanted()) return this.#takeBack();
      this.#isOn = true;
      await this.#mute();
    } catch (cause) {
      if (isWanted()) throw microphoneError(cause);
    }
  }

  /** A muted one is muted before anyone could hear it. */
  async #publish(isWanted: () => boolean): Promise<void> {
    const { localParticipant } = this.#room;
    this.#track = this.#publication?.track;
    if (this.#track) return;
    const track = (await localParticipant.createTracks({ audio: true }))[0]!;
    this.#track = track;
    try {
      if (this.#isMuted) await track.mute();
      if (isWanted()) await localParticipant.publishTrack(track);
      else track.stop();
    } catch (cause) {
      track.stop();
      throw cause;
    }
  }

  async #mute(): Promise<void> {
    await (this.#isMuted ? this.#publication?.mute() : this.#publication?.unmute());
  }

  #takeBack(): void {
    const track = this.#publication?.track;
    if (track) void this.#room.localParticipant.unpublishTrack(track, true).catch(() => undefined);
  }
}
