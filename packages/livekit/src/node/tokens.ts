import { AccessToken, type VideoGrant } from 'livekit-server-sdk';
import { VisavisError } from '@visavis/protocol/errors';

/** LiveKit's key pair. Stays in the backend. */
export interface LiveKitKeys {
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface TokenRequest extends LiveKitKeys {
  readonly room: string;
  readonly identity: string;
  /** Shown to others in the room. */
  readonly name?: string;
  /** How long the token opens the room, seconds; a connection that is open outlives it. Default 600. */
  readonly ttlSeconds?: number;
  /** Read by others in the room. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface ViewerTokenRequest extends TokenRequest {
  /** The viewer may publish its microphone, and nothing else. Default false. */
  readonly microphone?: boolean;
  /** The viewer may send data: text, interrupts and what was heard. Default true. */
  readonly data?: boolean;
}

const DEFAULT_TTL_S = 600;

/** A token for somebody who watches and hears an avatar: joins one room, and may do no more than asked for here. */
export function mintViewerToken({ microphone = false, data = true, ...request }: ViewerTokenRequest): Promise<string> {
  return mint(request, {
    canSubscribe: true, canPublish: microphone, canPublishData: data, canUpdateOwnMetadata: false,
    ...(microphone ? { canPublishSources: [MICROPHONE] } : {}),
  });
}

/** A token for an avatar: publishes sound and data. `hears`: it subscribes to microphones. */
export function mintAvatarToken({ hears = true, ...request }: TokenRequest & { readonly hears?: boolean }): Promise<string> {
  return mint(request, { canSubscribe: hears, canPublish: true, canPublishData: true, canUpdateOwnMetadata: false });
}

/** `TrackSource.MICROPHONE` of LiveKit's protocol, which livekit-server-sdk does not hand on under a stable name. */
const MICROPHONE = 2;

function mint({ apiKey, apiSecret, room, identity, name, ttlSeconds = DEFAULT_TTL_S, attributes }: TokenRequest, grant: VideoGrant): Promise<string> {
  for (const [field, value] of Object.entries({ apiKey, apiSecret, room, identity })) {
    if (typeof value !== 'string' || value === '') throw new VisavisError('invalidConfiguration', `a token for a room needs ${field}`);
  }
  const token = new AccessToken(apiKey, apiSecret, {
    identity, ttl: ttlSeconds, ...(name === undefined ? {} : { name }), ...(attributes ? { attributes: { ...attributes } } : {}),
  });
  token.addGrant({ roomJoin: true, room, ...grant });
  return token.toJwt();
}
