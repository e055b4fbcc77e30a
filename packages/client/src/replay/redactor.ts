import { decodeServerMessage, encodeClientMessage, encodeServerMessage, type ServerMessage } from '@visavis/protocol/downlink';
import { peekClient } from './peek.js';

/** Takes the secrets out of one session's messages, and leaves everything that a replay needs. */
export class Redactor {
  /** Names in place of tokens: the same token has the same name wherever it is said. One for each stream of the session. */
  readonly #names = new Map<string, string>();

  /**
   * What the client said, as it may be kept: without the ticket that let it in, and the token it comes back with. The
   * microphone is left out altogether, and so is what cannot be read, for nobody knows what it holds.
   */
  outgoing(bytes: Uint8Array): Uint8Array | undefined {
    const message = peekClient(bytes);
    if (!message || message.case === 'mic') return undefined;
    if (message.case !== 'hello') return bytes.slice();
    const { value, sequence, received } = message;
    return encodeClientMessage('hello', { ...value, ticket: '', resumeToken: this.#nameOf(value.resumeToken) }, { sequence, received });
  }

  /**
   * What the backend said: a welcome without its token and what signs the manifest's address. What cannot be read may hold
   * them too: of bad bytes only the length is kept, as so many zeros, and of a message that is not known here nothing but
   * that it came.
   */
  incoming(bytes: Uint8Array): Uint8Array {
    const message = readable(bytes);
    if (!message) return new Uint8Array(message === null ? bytes.length : 0);
    if (message.case !== 'welcome') return bytes.slice();
    const { value, sequence, received } = message;
    const resumeToken = this.#nameOf(value.resumeToken);
    return encodeServerMessage('welcome', { ...value, manifestUrl: bareUrl(value.manifestUrl), resumeToken }, { sequence, received });
  }

  #nameOf(token: string): string {
    if (token === '') return '';
    const name = this.#names.get(token) ?? `stream-${this.#names.size + 1}`;
    this.#names.set(token, name);
    return name;
  }
}

/** Null: no message at all; undefined: one that is not known here. */
function readable(bytes: Uint8Array): ServerMessage | undefined | null {
  try {
    return decodeServerMessage(bytes);
  } catch {
    return null;
  }
}

/** Without query, fragment and credentials. */
function bareUrl(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, '$1//');
}
