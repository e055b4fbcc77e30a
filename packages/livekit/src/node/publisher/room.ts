import {
  AudioFrame, AudioSource, AudioStream, dispose, LocalAudioTrack, LocalVideoTrack, Room, RoomEvent, TrackKind, TrackPublishOptions, TrackSource, VideoBufferType,
  VideoFrame, VideoSource,
  type DisconnectReason, type RemoteParticipant, type RemoteTrack, type RemoteTrackPublication,
} from '@livekit/rtc-node';
import { ROOM_METHOD, ROOM_TOPIC } from '@visavis/protocol/room';
import { endOf, failureOf, missingGrant, type Failure } from './failure.js';
import { hostClockMs, TRACK_RATE, type FromPublisher, type ToPublisher } from './messages.js';

type Join = Extract<ToPublisher, { kind: 'join' }>;

/** Far more than the stage ever has under way; a multiple of 10 ms, or the native code ends the process. */
const QUEUE_MS = 2_000;
const BYTES_PER_MS = (TRACK_RATE / 1000) * 2;
/** The source hands on 10 ms at a time: what comes to an empty queue waits for half of that at the median. */
const TICK_WAIT_MS = 5;
const MICROPHONE_RATE = 16_000;
const MICROPHONE_FRAME_MS = 20;
const JOIN_TIMEOUT_MS = 8_000;
const CALL_TIMEOUT_MS = 5_000;
/** Of the placeholder's picture, and for how long the library sends black itself. */
const PLACEHOLDER_SIZE = 16;
const PLACEHOLDER_MS = 2_000;
const BLACK_CHROMA = 128;
/** Set with the bit rate of the track: speech, mono. */
const BITRATE = 32_000n;

/** One room as its publisher sees it: the track, data, and who is there. */
export class PublisherRoom {
  readonly #tell: (message: FromPublisher) => void;
  readonly #room = new Room();
  readonly #source = new AudioSource(TRACK_RATE, 1, QUEUE_MS);
  readonly #streams = new Map<string, ReadableStreamDefaultReader<AudioFrame>>();
  #captures: Promise<void> = Promise.resolve();
  #sends: Promise<void> = Promise.resolve();
  /** When the queue runs empty. */
  #emptyMs = 0;
  #clears = 0;
  #listenTo: Join['listenTo'] = 'nobody';
  #leaving = false;

  constructor(tell: (message: FromPublisher) => void) {
    this.#tell = tell;
  }

  handle(message: ToPublisher): void {
    switch (message.kind) {
      case 'join': return void this.#join(message);
      case 'audio': return this.#capture(message.id, message.pcm);
      case 'clear': return this.#clear();
      case 'data': return this.#send(message);
      case 'call': return void this.#call(message);
      case 'ping': return this.#tell({ kind: 'pong' });
      case 'leave': return void this.#leave();
    }
  }

  async #join({ url, token, trackName, listenTo, placeholderVideo, proxy }: Join): Promise<void> {
    this.#listenTo = listenTo;
    const lacking = missingGrant(token);
    if (lacking) return this.#fail(lacking);
    this.#listen();
    if (proxy !== undefined) goBy(proxy);
    try {
      await inTime(this.#room.connect(url, token, { autoSubscribe: false, dynacast: false }));
      // A call names its caller from the first moment; of data the sender is known seconds after he came.
      this.#room.localParticipant!.registerRpcMethod(ROOM_METHOD, async ({ callerIdentity, payload }) => {
        this.#tell({ kind: 'data', from: callerIdentity, bytes: Buffer.from(payload, 'base64') });
        return '';
      });
      await inTime(this.#publish(trackName));
      if (placeholderVideo) await inTime(this.#publishPlaceholder());
    } catch (error) {
      return this.#fail(failureOf(error));
    }
    this.#tell({ kind: 'joined', present: [...this.#room.remoteParticipants.keys()] });
    for (const participant of this.#room.remoteParticipants.values()) {
      for (const publication of participant.trackPublications.values()) this.#considerMicrophone(publication, participant);
    }
  }

  async #publish(trackName: string): Promise<void> {
    const options = new TrackPublishOptions({
      source: TrackSource.SOURCE_MICROPHONE, dtx: false, red: true, audioEncoding: { maxBitrate: BITRATE },
    });
    const track = LocalAudioTrack.createAudioTrack(trackName, this.#source);
    await this.#room.localParticipant!.publishTrack(track, options);
  }

  /** Black, and without a cost: until there is a frame the library makes some itself, which tells the room of the track; after the one no more come. */
  async #publishPlaceholder(): Promise<void> {
    const source = new VideoSource(PLACEHOLDER_SIZE, PLACEHOLDER_SIZE);
    const options = new TrackPublishOptions({ source: TrackSource.SOURCE_CAMERA, simulcast: false });
    await this.#room.localParticipant!.publishTrack(LocalVideoTrack.createVideoTrack('placeholder', source), options);
    const black = new Uint8Array((PLACEHOLDER_SIZE * PLACEHOLDER_SIZE * 3) / 2).fill(BLACK_CHROMA, PLACEHOLDER_SIZE * PLACEHOLDER_SIZE);
    setTimeout(() => source.captureFrame(new VideoFrame(black, PLACEHOLDER_SIZE, PLACEHOLDER_SIZE, VideoBufferType.I420)), PLACEHOLDER_MS);
  }

  #listen(): void {
    this.#room
      .on(RoomEvent.Disconnected, (reason: DisconnectReason) => { if (!this.#leaving) this.#fail(endOf(reason)); })
      .on(RoomEvent.DataReceived, (bytes, participant, _kind, topic) => {
        // Data without a sender is not from a participant of the room.
        if (participant && topic === ROOM_TOPIC) this.#tell({ kind: 'data', from: participant.identity, bytes });
      })
      .on(RoomEvent.ParticipantDisconnected, ({ identity }) => this.#tell({ kind: 'went', identity }))
      .on(RoomEvent.TrackPublished, (publication, participant) => this.#considerMicrophone(publication, participant))
      .on(RoomEvent.TrackSubscribed, (track, publication, participant) => void this.#hear(track, publication, participant))
      .on(RoomEvent.TrackUnsubscribed, (_track, publication) => this.#deafen(publication.sid ?? ''));
  }

  #considerMicrophone(publication: RemoteTrackPublication, { identity }: RemoteParticipant): void {
    const wanted = this.#listenTo === 'all' || (this.#listenTo !== 'nobody' && this.#listenTo.includes(identity));
    if (wanted && publication.source === TrackSource.SOURCE_MICROPHONE) publication.setSubscribed(true);
  }

  async #hear(track: RemoteTrack, publication: RemoteTrackPublication, { identity }: RemoteParticipant): Promise<void> {
    if (track.kind !== TrackKind.KIND_AUDIO) return;
    const stream = new AudioStream(track, { sampleRate: MICROPHONE_RATE, numChannels: 1, frameSizeMs: MICROPHONE_FRAME_MS });
    const reader = stream.getReader();
    this.#streams.set(publication.sid ?? '', reader);
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const { buffer, byteOffset, byteLength } = next.value.data;
      this.#tell({ kind: 'microphone', from: identity, pcm: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength) });
    }
  }

  #deafen(sid: string): void {
    void this.#streams.get(sid)?.cancel().catch(() => undefined);
    this.#streams.delete(sid);
  }

  /** One at a time: the native source takes no second piece before it has answered for the first. */
  #capture(id: number, pcm: Uint8Array): void {
    const clears = this.#clears;
    this.#captures = this.#captures.then(async () => {
      if (clears !== this.#clears) return;
      const nowMs = hostClockMs();
      const exitMs = this.#emptyMs > nowMs ? this.#emptyMs : nowMs + TICK_WAIT_MS;
      this.#emptyMs = exitMs + pcm.length / BYTES_PER_MS;
      const samples = new Int16Array(pcm.slice().buffer);
      await this.#source.captureFrame(new AudioFrame(samples, TRACK_RATE, 1, samples.length));
      this.#tell({ kind: 'captured', id, exitMs });
    }).catch((error: unknown) => this.#fail(failureOf(error)));
  }

  #clear(): void {
    this.#clears += 1;
    this.#emptyMs = 0;
    this.#source.clearQueue();
  }

  /** In order; a packet that cannot be sent is gone, for what follows says where things are. */
  #send({ bytes, reliable, to }: Extract<ToPublisher, { kind: 'data' }>): void {
    const options = { reliable, topic: ROOM_TOPIC, ...(to.length > 0 ? { destination_identities: [...to] } : {}) };
    this.#sends = this.#sends.then(() => this.#room.localParticipant?.publishData(bytes, options)).catch(() => undefined);
  }

  async #call({ id, to, method, payload }: Extract<ToPublisher, { kind: 'call' }>): Promise<void> {
    try {
      await this.#room.localParticipant!.performRpc({ destinationIdentity: to, method, payload, responseTimeout: CALL_TIMEOUT_MS });
      this.#tell({ kind: 'called', id });
    } catch (error) {
      this.#tell({ kind: 'called', id, problem: error instanceof Error ? error.message : String(error) });
    }
  }

  #fail(failure: Failure): void {
    if (this.#leaving) return;
    this.#tell({ kind: 'failed', ...failure });
    void this.#leave();
  }

  async #leave(): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    // The source answers for what it has taken, or complains when it is gone.
    this.#clear();
    await inTime(Promise.all([this.#sends, this.#captures])).catch(() => undefined);
    await inTime(this.#room.disconnect()).catch(() => undefined);
    await inTime(dispose()).catch(() => undefined);
    process.exit(0);
  }
}

/** The library goes by what the environment says when it connects; an empty proxy is none. */
function goBy(proxy: string): void {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']) process.env[name] = process.env[name.toLowerCase()] = proxy;
  process.env['NO_PROXY'] = process.env['no_proxy'] = proxy === '' ? '*' : '';
}

function inTime<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${JOIN_TIMEOUT_MS / 1000} s`)), JOIN_TIMEOUT_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
