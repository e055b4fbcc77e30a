import { describe, expect, it } from 'vitest';
import { ManualClock } from '../test/index.js';
import { TokenCache, type TokenQuery } from './token-cache.js';

const HOUR_MS = 3_600_000;

function console(answer: (n: number) => Promise<Response> | Response = (n) => Response.json({ sessionToken: `token-${n}` })) {
  const clock = new ManualClock();
  const bodies: string[] = [];
  const fetch = (async (_url, init) => answer(bodies.push(String(init?.body)) - 1)) as typeof globalThis.fetch;
  const query = (over: Partial<TokenQuery> = {}): TokenQuery => ({ apiKey: 'k', appId: 'a', consoleUrl: 'http://c', fetch, clock, ...over });
  return { clock, bodies, query, cache: new TokenCache() };
}

describe('TokenCache', () => {
  it('keeps a token until a minute before it expires', async () => {
    const { clock, cache, query, bodies } = console();
    expect(await cache.get(query())).toBe('token-0');
    clock.advance(HOUR_MS - 60_001);
    expect(await cache.get(query())).toBe('token-0');
    clock.advance(1);
    expect(await cache.get(query())).toBe('token-1');
    expect(bodies.map((body) => (JSON.parse(body) as { expireAt: number }).expireAt * 1000)).toEqual([
      Date.UTC(2030, 0, 1) + HOUR_MS, Date.UTC(2030, 0, 1) + 2 * HOUR_MS - 60_000,
    ]);
  });

  it('shares one request between queries that come together', async () => {
    const { cache, query, bodies } = console();
    expect(await Promise.all([cache.get(query()), cache.get(query()), cache.get(query())])).toEqual(['token-0', 'token-0', 'token-0']);
    expect(bodies).toHaveLength(1);
  });

  it('keeps credentials apart', async () => {
    const { cache, query } = console();
    const tokens = [query(), query({ apiKey: 'k2' }), query({ appId: 'a2' }), query({ consoleUrl: 'http://d' })].map((one) => cache.get(one));
    expect(new Set(await Promise.all(tokens)).size).toBe(4);
  });

  it('does not keep a failure', async () => {
    const { cache, query, clock } = console((n) => (n === 0 ? new Response('no', { status: 500 }) : Response.json({ sessionToken: 'good' })));
    await expect(cache.get(query())).rejects.toMatchObject({ code: 'serverError', detail: { status: 500, phase: 'session_token' } });
    expect(await cache.get(query())).toBe('good');
    expect(clock.pending).toBe(0);
  });

  it('forgets a refused token, but not its successor', async () => {
    const { cache, query } = console();
    await cache.get(query());
    await cache.forget(query(), 'token-0');
    expect(await cache.get(query())).toBe('token-1');
    await cache.forget(query(), 'token-0');
    expect(await cache.get(query())).toBe('token-1');
  });

  it('is bounded', async () => {
    const { cache, query } = console();
    for (let n = 0; n < 150; n += 1) await cache.get(query({ apiKey: `k${n}` }));
    expect(cache.size).toBe(100);
  });

  it('reads no more of an answer than a token needs', async () => {
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)) });
    const { cache, query } = console(() => new Response(endless));
    await expect(cache.get(query())).rejects.toMatchObject({ code: 'protocolError' });
  });
});
