import { fetchSessionToken, type TokenRequest } from './token.js';

/** A token this close to its expiry is renewed, as the public SDKs do. */
const RENEW_BEFORE_MS = 60_000;
const DEFAULT_LIFETIME_MS = 3_600_000;
/** Credentials one process uses at a time; beyond it the longest kept is forgotten, which costs one request. */
const MAX_TOKENS = 100;

export interface TokenQuery extends Omit<TokenRequest, 'expireAtMs'> {
  readonly appId: string;
  /** Unix milliseconds. Default: one hour from now. */
  readonly expireAtMs?: number | undefined;
}

interface Entry {
  readonly token: Promise<string>;
  readonly expireAtMs: number;
}

/**
 * Session tokens by API key, app and console: one token serves many sessions until a minute before it expires, and
 * queries that come together share one request. A failed request is not kept. Bound: 100 tokens, oldest out.
 */
export class TokenCache {
  readonly #entries = new Map<string, Entry>();

  /** A token good for at least a minute, or what the console refused it with. */
  get(query: TokenQuery): Promise<string> {
    const key = keyOf(query);
    const kept = this.#entries.get(key);
    if (kept && kept.expireAtMs - query.clock.nowMs() > RENEW_BEFORE_MS) return kept.token;
    const expireAtMs = query.expireAtMs ?? query.clock.nowMs() + DEFAULT_LIFETIME_MS;
    const entry = { expireAtMs, token: fetchSessionToken({ ...query, expireAtMs }) };
    this.#keep(key, entry);
    entry.token.catch(() => this.#drop(key, entry));
    return entry.token;
  }

  /** Forgets a token that the server refused; the next query asks for a new one. */
  async forget(query: TokenQuery, refused: string): Promise<void> {
    const key = keyOf(query);
    const kept = this.#entries.get(key);
    if (kept && (await kept.token.catch(() => refused)) === refused) this.#drop(key, kept);
  }

  get size(): number {
    return this.#entries.size;
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_TOKENS && oldest !== undefined) this.#entries.delete(oldest);
  }

  #drop(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}

function keyOf(query: TokenQuery): string {
  return JSON.stringify([query.apiKey, query.appId, query.consoleUrl, query.expireAtMs ?? null]);
}

/** The cache that sessions share unless they are given another. */
export const sharedTokens = new TokenCache();
