import { ConnectionError, ConnectionErrorReason, DisconnectReason } from 'livekit-client';
import { VisavisError } from '@visavis/protocol/errors';

/** What a failed `Room.connect` means. */
export function connectError(cause: unknown): VisavisError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const refused = cause instanceof ConnectionError && cause.reason === ConnectionErrorReason.NotAllowed;
  if (/expired/i.test(text)) return new VisavisError('sessionTokenExpired', 'the token for the room has expired; ask for a new one', { cause });
  if (refused) return new VisavisError('sessionTokenInvalid', 'LiveKit refuses the token; check that it is for this server and room', { cause });
  return new VisavisError('networkLayerNotAvailable', 'the room cannot be reached; trying again', { cause });
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
