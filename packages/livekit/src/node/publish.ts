import { VisavisError } from '@visavis/protocol/errors';
import { createPacketDecoder, type CreatePacketDecoder } from '@visavis/protocol/opus';
import { hostClock, type Clock } from './clock.js';
import { TRACK_RATE } from './publisher/messages.js';
import { startPublisher, type StartPublisher } from './publisher/process.js';
import { Publisher } from './publisher/publisher.js';
import type { SpeechStream } from './speech.js';
import { RepeatingCarrier, type MotionCarrier } from './stage/motion-carrier.js';
import { DecoderStore } from './stage/decoder-store.js';
import type { RoomStage } from './stage/room-stage.js';
import { Stage } from './stage/stage.js';
import { mintAvatarToken } from './tokens.js';

export interface RoomOptions {
  /** ws: or wss: URL of the LiveKit server. */
  readonly url: string;
  /** Opens the room for the avatar; a function is asked anew whenever it joins. Either this, or key and secret. */
  readonly token?: string | (() => string | Promise<string>);
  readonly apiKey?: string;
  readonly apiSecret?: string;
  /** Name of the room and identity of the avatar in it; with `token`, which says both, the identity alone. */
  readonly room?: string;
  readonly identity: string;
  /** Which avatar viewers are to show. Default: the identity. */
  readonly avatarId?: string;
  /** Where viewers find it. Default: they know. */
  readonly manifestUrl?: string;
  /** Shown to others in the room, where the token is minted here. */
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Whose microphones are heard: identities, or `all`. Default: nobody's. */
  readonly listenTo?: readonly string[] | 'all';
  /** Whose texts, interrupts and reports are taken. Default: anyone's, the first who says something leading. */
  readonly viewers?: readonly string[];
  /** Also publishes a black picture, for those who wait for a track with video as a sign that the avatar is there. Default false. */
  readonly placeholderVideo?: boolean;
  /** `http:` URL of the proxy by which LiveKit is reached, '' for none. Default: what the environment says. */
  readonly proxy?: string;
  /** How motion travels. Default: lossy data, each message sent twice. */
  readonly carrier?: MotionCarrier;

  readonly clock?: Clock;
  readonly startPublisher?: StartPublisher;
  readonly createDecoder?: CreatePacketDecoder;
  readonly random?: () => number;
}

/**
 * Brings an avatar into a room. Resolves when its track is there. Rejects with a `VisavisError`: `invalidConfiguration`,
 * `sessionTokenInvalid` (wrong secret, or no grant to publish), `sessionTokenExpired`, `connectionFailed`.
 */
export async function joinRoom(options: RoomOptions): Promise<RoomStage> {
  const token = tokenOf(options);
  const { url, identity, listenTo = 'nobody', clock = hostClock, viewers } = checked(options);
  const decoders = await DecoderStore.open(options.createDecoder ?? (() => createPacketDecoder(TRACK_RATE)));
  const { random = Math.random } = options;
  return new Promise((resolve, reject) => {
    const stage: Stage = new Stage({
      id: identity, avatarId: options.avatarId ?? identity, manifestUrl: options.manifestUrl ?? '', stream: 1 + Math.floor(random() * 0x1f_fffe), clock, decoders,
      carrier: options.carrier ?? new RepeatingCarrier(),
      isViewer: (who) => who !== identity && (viewers === undefined || viewers.includes(who)),
      createPublisher: (events) => new Publisher({
        url, token, listenTo, placeholderVideo: options.placeholderVideo ?? false, proxy: options.proxy, clock, start: options.startPublisher ?? startPublisher, random, ...events,
      }),
    }, (error) => (error ? reject(error) : resolve(stage)));
  });
}

/** As `joinRoom`, and says there whatever comes from `stream` until either ends. */
export async function publishToRoom(stream: SpeechStream, options: RoomOptions): Promise<RoomStage> {
  const stage = await joinRoom(options);
  const unsubscribe = stream.subscribe({
    onAudio: (message) => stage.sendAudio(message),
    onMotion: (message) => stage.sendMotion(message),
    onInterrupt: () => void stage.flush(),
  });
  stage.onClose(unsubscribe);
  return stage;
}

function checked(options: RoomOptions): RoomOptions {
  if (!/^wss?:\/\/./.test(options.url)) throw new VisavisError('invalidConfiguration', 'url must be the ws: or wss: URL of a LiveKit server');
  if (!options.identity) throw new VisavisError('invalidConfiguration', 'give the avatar an identity of its own in the room');
  return options;
}

function tokenOf({ token, apiKey, apiSecret, room, identity, name, attributes, listenTo }: RoomOptions): () => string | Promise<string> {
  if (typeof token === 'function') return token;
  if (typeof token === 'string' && token !== '') return () => token;
  if (!apiKey || !apiSecret || !room) throw new VisavisError('invalidConfiguration', 'give a token, or apiKey, apiSecret and room');
  const request = { apiKey, apiSecret, room, identity, ...(name === undefined ? {} : { name }), ...(attributes ? { attributes } : {}) };
  return () => mintAvatarToken({ ...request, hears: listenTo !== undefined });
}
