import { encodeClientMessage, encodeServerMessage } from '@visavis/protocol/downlink';
import { peekClient, peekServer } from './peek.js';

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

  /** What the backend said: bad bytes as they came, and a welcome without its token and what signs the manifest's address. */
  incoming(bytes: Uint8Array): Uint8Array {
    const message = peekServer(bytes);
    if (message?.case !== 'welcome') return bytes.slice();
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

/** Without query, fragment and credentials. */
function bareUrl(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, '$1//');
}
