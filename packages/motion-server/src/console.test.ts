import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classifyFailure } from '@visavis/protocol/ingress';
import { decodeJwt } from 'jose';
import { http, postToken, startServer, token } from '../test/client.js';
import type { MotionServer } from './index.js';

let server: MotionServer;
beforeAll(async () => { server = await startServer({ model: 'baseline' }); });
afterAll(() => server.close());

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

interface Problem { id: string; status: number; code: string; title: string; detail: string }
const problemOf = (body: string) => (JSON.parse(body) as { errors: Problem[] }).errors[0]!;

describe('session tokens', () => {
  it('are made for an API key, with exactly 200', async () => {
    const answer = await postToken(server, { expireAt: inSeconds(60) });
    expect(answer.status).toBe(200);
    const claims = decodeJwt((JSON.parse(answer.body) as { sessionToken: string }).sessionToken);
    expect(claims).toMatchObject({ app: 'dev-app', iss: 'visavis' });
    expect(claims).not.toHaveProperty('avatars');
  });

  it('ignore what other clients add', async () => {
    expect((await postToken(server, { expireAt: inSeconds(60), appId: 'x', modelVersion: 7 })).status).toBe(200);
  });

  it('may be limited to avatars of the app', async () => {
    expect(decodeJwt(await token(server, { avatars: ['ava'] }))).toMatchObject({ avatars: ['ava'] });
    const answer = await postToken(server, { expireAt: inSeconds(60), avatars: ['bob'] });
    expect(problemOf(answer.body)).toMatchObject({ status: 400, detail: 'Avatar not found: bob' });
  });

  it.each([
    ['a time past', { expireAt: 1 }, 'expire_at must be in the future'],
    ['more than a day', { expireAt: inSeconds(24 * 3600 + 5) }, 'expire_at must be less than 24 hours from now'],
    ['a fraction', { expireAt: inSeconds(60) + 0.5 }, 'expire_at must be a whole number of Unix seconds'],
    ['a string', { expireAt: 'soon' }, 'the body must be JSON'],
    ['nothing', {}, 'the body must be JSON'],
    ['no JSON', '{', 'the body must be JSON'],
  ])('refuse %s with 400 and a number for status', async (_, body, detail) => {
    const answer = await postToken(server, body);
    expect(answer.status).toBe(400);
    const problem = problemOf(answer.body);
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' });
    expect(problem.detail).toContain(detail);
    expect(problem.id).not.toBe('');
  });

  it.each([['wrong', { 'X-Api-Key': 'nope' }], ['missing', {}]])('refuse a %s key in words that SDKs do not misread', async (_, headers) => {
    const answer = await postToken(server, { expireAt: inSeconds(60) }, headers as Record<string, string>);
    expect(answer.status).toBe(403);
    expect(answer.body.toLowerCase()).not.toContain('unauthorized');
    const { code, title, detail } = problemOf(answer.body);
    expect(classifyFailure({ status: 403, text: `${code} ${title} ${detail}`, phase: 'session_token' })).toBe('invalidRequest');
  });

  it('refuse a body over the limit and other methods', async () => {
    expect((await postToken(server, `{"x":"${'a'.repeat(20_000)}"}`)).status).toBe(413);
    const wrongMethod = await http(`${server.consoleUrl}/session-tokens`);
    expect(wrongMethod.status).toBe(405);
    expect(wrongMethod.headers['allow']).toBe('POST');
  });
});

describe('other paths', () => {
  it('tell that the server is alive, and what makes its motion', async () => {
    const { status, body } = await http(new URL('/healthz', server.consoleUrl).href);
    expect([status, JSON.parse(body)]).toEqual([200, { status: 'ok', model: 'signal-1' }]);
    expect((await http(new URL('/metrics', server.consoleUrl).href)).body).toContain('visavis_model{model="signal-1"} 1');
  });

  it('are never 404, which means an unknown app', async () => {
    const mistyped = await http(new URL('/v1/consol/session-tokens', server.consoleUrl).href, { method: 'POST' });
    expect(mistyped.status).toBe(421);
    expect(problemOf(mistyped.body).status).toBe(421);
    expect((await http(`${server.ingressUrl.replace('ws:', 'http:')}/websocket?id=ava`)).status).toBe(426);
  });
});
