import { RoomEvent, Track, type RemoteAudioTrack, type RemoteParticipant, type RemoteTrack, type RemoteTrackPublication, type Room } from 'livekit-client';
import type { RoomOutput } from './room-output.js';

/** The avatar's track among all that a room carries: subscribes to it, has it played, and hands it to the output. Touches no other. */
export class AvatarTrack {
  readonly #room: Room;
  readonly #identity: string;
  readonly #output: RoomOutput;
  #track: RemoteAudioTrack | undefined;
  /** The element that was made here, not by the application. */
  #element: HTMLMediaElement | undefined;

  constructor(room: Room, identity: string, output: RoomOutput) {
    this.#room = room;
    this.#identity = identity;
    this.#output = output;
    room
      .on(RoomEvent.TrackPublished, this.#published)
      .on(RoomEvent.TrackSubscribed, this.#subscribed)
      .on(RoomEvent.TrackUnsubscribed, this.#unsubscribed)
      .on(RoomEvent.AudioPlaybackStatusChanged, this.#speakerChanged);
    output.use({ get canPlay() { return room.canPlaybackAudio; }, start: () => room.startAudio() });
    this.look();
  }

  /** Takes the tracks that are there already: after joining, and after a reconnection. */
  look(): void {
    const participant = this.#room.remoteParticipants.get(this.#identity);
    if (!participant) return;
    for (const publication of participant.audioTrackPublications.values()) {
      this.#published(publication, participant);
      if (publication.track) this.#subscribed(publication.track, publication, participant);
    }
  }

  dispose(): void {
    this.#room
      .off(RoomEvent.TrackPublished, this.#published)
      .off(RoomEvent.TrackSubscribed, this.#subscribed)
      .off(RoomEvent.TrackUnsubscribed, this.#unsubscribed)
      .off(RoomEvent.AudioPlaybackStatusChanged, this.#speakerChanged);
    this.#leave();
    this.#output.use(undefined);
  }

  readonly #published = (publication: RemoteTrackPublication, { identity }: RemoteParticipant): void => {
    if (identity === this.#identity && runOf(publication) !== undefined && !publication.isDesired) publication.setSubscribed(true);
  };

  readonly #subscribed = (track: RemoteTrack, publication: RemoteTrackPublication, { identity }: RemoteParticipant): void => {
    const run = runOf(publication);
    const isOurs = identity === this.#identity && track.kind === Track.Kind.Audio && run !== undefined;
    if (!isOurs || track === this.#track || !track.receiver) return;
    this.#leave();
    this.#track = track as RemoteAudioTrack;
    // Where the application plays all tracks itself, a second element would double the sound.
    if (track.attachedElements.length === 0) this.#element = track.attach();
    this.#output.attach(run, { receiver: track.receiver, setVolume: (volume) => setVolume(track as RemoteAudioTrack, volume) });
  };

  readonly #unsubscribed = (track: RemoteTrack): void => {
    if (track === this.#track) this.#leave();
  };

  readonly #speakerChanged = (): void => this.#output.speakerChanged();

  #leave(): void {
    if (this.#element) this.#track?.detach(this.#element).remove();
    this.#element = this.#track = undefined;
    this.#output.detach();
  }
}

/** Silence is said twice: some browsers have no volume of an element. */
function setVolume(track: RemoteAudioTrack, volume: number): void {
  track.setVolume(volume);
  for (const element of track.attachedElements) element.muted = volume === 0;
}

/** The publisher calls its track by a number, which its packets carry. */
function runOf({ trackName }: RemoteTrackPublication): number | undefined {
  const run = /^\d{1,10}$/.test(trackName) ? Number(trackName) : 0;
  return run > 0 && run <= 0xffff_ffff ? run : undefined;
}
