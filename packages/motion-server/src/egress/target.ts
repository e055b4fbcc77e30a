import { EgressType, type ClientConfigureSession, type LiveKitEgressConfig } from '@visavis/protocol/ingress';
import { refusal } from '../refusal.js';
import type { EgressRequest } from './egress.js';

const MAX_TEXT = 512;
const MAX_ATTRIBUTES = 32;
const MAX_SECRET = 8_192;
/** A day; longer is a mistake, and no timer takes much more. */
const MAX_IDLE_S = 86_400;

/** The room that a session asks for, not yet looked at: whether its URL is allowed is for the policy to say. */
export interface EgressTarget extends Pick<EgressRequest, 'url' | 'token' | 'apiKey' | 'apiSecret' | 'room' | 'identity' | 'attributes'> {
  /** How long there may be no audio; undefined leaves it to the server. */
  readonly idleMs: number | undefined;
}

/** What a session's first message says of a room; undefined where it asks for none. Throws `invalidEgressConfig` or `egressUnavailable`. */
export function readEgress({ egressType, livekitEgress, agoraEgress }: ClientConfigureSession, mayPublish: boolean): EgressTarget | undefined {
  if (egressType === EgressType.UNSPECIFIED && !livekitEgress && !agoraEgress) return undefined;
  if (!mayPublish || agoraEgress || egressType === EgressType.AGORA) {
    const hint = mayPublish ? 'use LiveKit, or no egress: motion then comes back on this connection' : 'ask for no egress: motion comes back on this connection';
    throw refusal('egressUnavailable', 'egress client is not configured on server', hint, { retryable: false });
  }
  if (egressType !== EgressType.LIVEKIT || !livekitEgress) throw invalid('livekit_egress and egress_type LIVEKIT go together', 'send both');
  return checked(livekitEgress);
}

function checked({ url, apiToken: token, apiKey, apiSecret, roomName: room, publisherId: identity, extraAttributes: attributes, idleTimeout }: LiveKitEgressConfig): EgressTarget {
  if (!token && !(apiKey && apiSecret)) throw invalid('missing livekit credentials: provide api_token or both api_key and api_secret', 'send a token that lets the avatar publish');
  if (!room || !identity) throw invalid('livekit_egress needs room_name and publisher_id', 'name the room, and the identity of the avatar in it');
  const texts = [url, room, identity, ...Object.entries(attributes).flat()];
  const isBounded = texts.every((text) => text.length <= MAX_TEXT) && [token, apiKey, apiSecret].every((text) => text.length <= MAX_SECRET);
  if (!isBounded || Object.keys(attributes).length > MAX_ATTRIBUTES) throw invalid('livekit_egress is too large', `names have at most ${MAX_TEXT} characters, and there are at most ${MAX_ATTRIBUTES} attributes`);
  if (idleTimeout < 0 || idleTimeout > MAX_IDLE_S) throw invalid('livekit_egress.idle_timeout is out of range', `give seconds, 0 to ${MAX_IDLE_S}; 0 is the server's own`);
  return { url, token, apiKey, apiSecret, room, identity, attributes, idleMs: idleTimeout === 0 ? undefined : idleTimeout * 1000 };
}

function invalid(message: string, hint: string) {
  return refusal('invalidEgressConfig', message, hint);
}
