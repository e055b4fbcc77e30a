import { encodeServerMessage, PresenceState, type ServerBodies } from '@visavis/protocol/downlink';
import type { VisavisError } from '@visavis/protocol/errors';
import type { PresenceName, TranscriptLine } from './room-stage.js';

/** LiveKit carries at most 15 KiB in one reliable message; the packet around it takes some. */
const MAX_MESSAGE_BYTES = 14 * 1024;
const MAX_TEXT = 4_000;

export const PRESENCE: Readonly<Record<PresenceName, PresenceState>> = {
  idle: PresenceState.IDLE,
  listening: PresenceState.LISTENING,
  thinking: PresenceState.THINKING,
  speaking: PresenceState.SPEAKING,
};

/** A transcript that is too long goes without its words' times, and then with the end of its text. */
export function encodeTranscript(line: TranscriptLine): Uint8Array {
  const whole = encodeServerMessage('transcript', line);
  if (whole.length <= MAX_MESSAGE_BYTES) return whole;
  return encodeServerMessage('transcript', { ...line, words: [], text: (line.text ?? '').slice(-MAX_TEXT) });
}

export function errorBody({ code, retryable, message, fatal, detail }: VisavisError): ServerBodies['error'] {
  const reqId = detail['reqId'];
  return { code, retryable, hint: message.slice(0, MAX_TEXT), fatal, ...(typeof reqId === 'string' ? { reqId } : {}) };
}
