import { encodeClientMessage, encodeServerMessage } from '@visavis/protocol/downlink';
import { peekClient, peekServer } from './peek.js';

/**
 * What the client said, as it may be kept: without the ticket that let it in. The microphone is left out altogether,
 * and so is what cannot be read, for nobody knows what it holds.
 */
export function redactOutgoing(bytes: Uint8Array): Uint8Array | undefined {
  const message = peekClient(bytes);
  if (!message || message.case === 'mic') return undefined;
  return message.case === 'hello' ? encodeClientMessage('hello', { ...message.value, ticket: '' }) : bytes.slice();
}

/** What the backend said: untouched, bad bytes included, but for what a signed address of the manifest would give away. */
export function redactIncoming(bytes: Uint8Array): Uint8Array {
  const message = peekServer(bytes);
  if (message?.case !== 'welcome' || !/[?#@]/.test(message.value.manifestUrl)) return bytes.slice();
  return encodeServerMessage('welcome', { ...message.value, manifestUrl: bareUrl(message.value.manifestUrl) });
}

/** Without query, fragment and credentials. */
function bareUrl(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, '$1//');
}
