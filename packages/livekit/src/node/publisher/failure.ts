import { DisconnectReason } from '@livekit/rtc-node';
import type { ErrorCode } from '@visavis/protocol/errors';

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  /** Joining again would end the same. */
  readonly isFinal: boolean;
}

const ENDS: Partial<Record<DisconnectReason, Failure>> = {
  [DisconnectReason.DUPLICATE_IDENTITY]: {
    code: 'concurrentLimitExceeded', isFinal: true,
    message: 'another participant joined the room with the identity of this avatar; give each its own',
  },
  [DisconnectReason.PARTICIPANT_REMOVED]: { code: 'connectionClosed', isFinal: true, message: 'the avatar was removed from the room' },
  [DisconnectReason.ROOM_DELETED]: { code: 'connectionClosed', isFinal: true, message: 'the room was deleted' },
  [DisconnectReason.ROOM_CLOSED]: { code: 'connectionClosed', isFinal: true, message: 'the room was closed' },
};

/** What a room's end means to the avatar in it. */
export function endOf(reason: DisconnectReason): Failure {
  return ENDS[reason] ?? { code: 'connectionFailed', isFinal: false, message: `the connection to LiveKit was lost (${DisconnectReason[reason] ?? reason})` };
}

/** What a failed `connect` or `publishTrack` means. The library gives words, no codes. */
export function failureOf(error: unknown): Failure {
  // The library repeats the token that it was refused with.
  const text = (error instanceof Error ? error.message : String(error)).replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]');
  if (/expired/i.test(text)) return { code: 'sessionTokenExpired', isFinal: true, message: `the token for the room has expired; mint a new one: ${text}` };
  if (/\b401\b|unauthori[sz]ed|invalid token|invalid API key|signature/i.test(text)) {
    return { code: 'sessionTokenInvalid', isFinal: true, message: `LiveKit refuses the token; check key, secret and room: ${text}` };
  }
  if (/permission|not allowed|\b403\b/i.test(text)) {
    return { code: 'sessionTokenInvalid', isFinal: true, message: `the token does not allow it; grant roomJoin, canPublish and canPublishData: ${text}` };
  }
  if (/\b404\b|not found|unsupported|protocol version/i.test(text)) {
    return { code: 'connectionFailed', isFinal: true, message: `this is no LiveKit server that we can talk to, or one that is too old: ${text}` };
  }
  return { code: 'connectionFailed', isFinal: false, message: `LiveKit cannot be reached: ${text}` };
}

/** What a token that cannot publish lacks; of one that is no token nothing is said: the server will. LiveKit leaves such a track unanswered. */
export function missingGrant(token: string): Failure | undefined {
  const { canPublish, canPublishData } = grantsOf(token);
  if (canPublish !== false && canPublishData !== false) return undefined;
  return { code: 'sessionTokenInvalid', isFinal: true, message: 'the token lets nothing be published; grant the avatar canPublish and canPublishData' };
}

function grantsOf(token: string): { readonly canPublish?: unknown; readonly canPublishData?: unknown } {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { video?: unknown };
    return Object(claims.video) as object;
  } catch {
    return {};
  }
}
