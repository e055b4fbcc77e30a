import { ConnectionError, ConnectionErrorReason, DisconnectReason } from 'livekit-client';
import { VisavisError } from '@visavis/protocol/errors';

/** Viewers speak to the backend by calls, which LiveKit's servers pass on from this version on. */
const OLDEST_SERVER = [1, 8] as const;
const TOO_OLD = `it needs LiveKit ${OLDEST_SERVER.join('.')} or later`;

/** What a failed `Room.connect` means. */
export function connectError(cause: unknown): VisavisError {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/unknown server version/.test(text)) return new VisavisError('connectionFailed', `the room's server does not tell its version: ${TOO_OLD}`, { cause, retryable: false });
  const refused = cause instanceof ConnectionError && cause.reason === ConnectionErrorReason.NotAllowed;
  if (/expired/i.test(text)) return new VisavisError('sessionTokenExpired', 'the token for the room has expired; ask for a new one', { cause });
  if (refused) return new VisavisError('sessionTokenInvalid', 'LiveKit refuses the token; check that it is for this server and room', { cause });
  return new VisavisError('networkLayerNotAvailable', 'the room cannot be reached; trying again', { cause });
}

/** A server that cannot do what is needed; of a version that is no number nothing is said. */
export function versionError(version: string | undefined): VisavisError | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (major === undefined) return undefined;
  const newer = Number(major) - OLDEST_SERVER[0] || Number(minor) - OLDEST_SERVER[1];
  return newer >= 0 ? undefined : new VisavisError('connectionFailed', `the room's server is LiveKit ${version}: ${TOO_OLD}`, { retryable: false });
}

const ENDS: Partial<Record<DisconnectReason, string>> = {
  [DisconnectReason.DUPLICATE_IDENTITY]: 'someone else joined the room with this viewer’s identity; give each viewer its own',
  [DisconnectReason.PARTICIPANT_REMOVED]: 'this viewer was removed from the room',
  [DisconnectReason.ROOM_DELETED]: 'the room was deleted',
  [DisconnectReason.ROOM_CLOSED]: 'the room was closed',
  [DisconnectReason.CLIENT_INITIATED]: 'the application left the room',
};

/** What the end of a connection means; one that is not final is worth another. */
export function endError(reason: DisconnectReason | undefined): VisavisError {
  const text = reason === undefined ? undefined : ENDS[reason];
  if (text === undefined) return new VisavisError('networkLayerNotAvailable', 'the connection to the room was lost; trying again');
  const code = reason === DisconnectReason.DUPLICATE_IDENTITY ? 'concurrentLimitExceeded' : 'connectionClosed';
  return new VisavisError(code, text, { fatal: true, retryable: false });
}

/** What a refused microphone means. */
export function microphoneError(cause: unknown): VisavisError {
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return new VisavisError('microphoneDenied', 'the user, or the page’s policy, does not allow the microphone', { cause });
  return new VisavisError('microphoneUnavailable', 'the microphone cannot be published; the token must grant it, and a device must be there', { cause });
}
