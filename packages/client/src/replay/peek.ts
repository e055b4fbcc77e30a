import { decodeClientMessage, decodeServerMessage, type ClientMessage, type ServerMessage } from '@visavis/protocol/downlink';
import { decodeEnvelope, isUnknownEnvelope, type ServerResponseAnimation } from '@visavis/protocol/ingress';

/** What recorded bytes say; undefined where they are no message that is known here. */
export const peekClient = (bytes: Uint8Array): ClientMessage | undefined => attempt(() => decodeClientMessage(bytes));
export const peekServer = (bytes: Uint8Array): ServerMessage | undefined => attempt(() => decodeServerMessage(bytes));

export function peekResponse(bytes: Uint8Array): ServerResponseAnimation | undefined {
  const envelope = attempt(() => decodeEnvelope(bytes));
  return envelope && !isUnknownEnvelope(envelope) && envelope.case === 'serverResponseAnimation' ? envelope.value : undefined;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
