import { connect as tcpConnect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classifyFailure } from '@visavis/protocol/ingress';
import { WebSocket } from 'ws';
import { TestClient, token } from '../test/client.js';
import { createMotionServer, type MotionServer } from './index.js';
import { TokenSigner } from './tokens.js';
import { resolveConfig, type MotionServerConfig } from './config.js';

const config: MotionServerConfig = {
  apps: [
    { appId: 'dev-app', apiKeys: ['dev-key'], avatars: ['ava', 'bob'] },
    { appId: 'other-app', apiKeys: ['other-key'] },
  ],
  signingSecret: 'a secret of more than thirty-two characters',
};
let server: MotionServer;
let valid: string;
beforeAll(async () => {
  server = await createMotionServer(config);
  valid = await token(server);
});
afterAll(() => server.close());

/** The raw answer to an upgrade request. */
function upgrade(target: string, headers: Record<string, string> = {}): Promise<{ head: string; body: string }> {
  const lines = [
    `GET ${target} HTTP/1.1`, 'Host: test', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = tcpConnect(server.port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`));
    socket.on('data', (data) => {
      text += data.toString();
      if (text.startsWith('HTTP/1.1 101')) socket.destroy();
    });
    socket.on('error', reject).on('close', () => {
      const [head = '', body = ''] = text.split('\r\n\r\n');
      resolve({ head, body });
    });
  });
}

const path = (id = 'ava') => `/v2/driveningress/websocket?id=${id}`;
const headers = (session: string, app = 'dev-app') => ({ 'X-App-ID': app, 'X-Session-Key': session });
const sign = (expireAt: number, secret?: string) =>
  new TokenSigner(resolveConfig({ ...config, ...(secret && { signingSecret: secret }) })).issue({ appId: 'dev-app', expireAt });
const nowS = Math.floor(Date.now() / 1000);

describe('upgrade', () => {
  it.each([
    ['a bad token', async () => upgrade(path(), headers('nonsense')), 400, 'Invalid session token'],
    ['an empty token', async () => upgrade(path(), headers('')), 400, 'Invalid session token'],
    ['an endless token', async () => upgrade(path(), headers('x'.repeat(9000))), 400, 'Invalid session token'],
    ['a token signed by another', async () => upgrade(path(), headers(await sign(nowS + 60, 'x'.repeat(40)))), 400, 'Invalid session token'],
    ['an expired token', async () => upgrade(path(), headers(await sign(nowS - 1))), 401, 'token is expired'],
    ['the token of another app', async () => upgrade(path(), headers(valid, 'other-app')), 400, 'app id mismatch'],
    ['an unknown app', async () => upgrade(path(), headers(valid, 'nobody')), 404, 'appIDUnrecognized'],
    ['no app', async () => upgrade(path()), 404, 'appIDUnrecognized'],
    ['an unknown avatar', async () => upgrade(path('eve'), headers(valid)), 404, 'Avatar not found: eve'],
    ['no avatar', async () => upgrade(path(''), headers(valid)), 404, 'Avatar not found: '],
    ['another path', async () => upgrade('/v2/drive?id=ava', headers(valid)), 421, 'sessions are opened at /v2/driveningress/websocket'],
  ])('is refused for %s, with a body of stated length', async (_, attempt, status, message) => {
    const { head, body } = await attempt();
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(body).toMatch(/^\{"message":".+\}\n$/);
    const said = JSON.parse(body) as { message: string; code: string; hint: string };
    expect(said.message).toBe(message);
    expect(said.hint).not.toBe('');
    expect(classifyFailure({ status, text: `${said.code} ${said.message}`, phase: 'websocket_connect' })).toBe(said.code);
    expect(classifyFailure({ status, text: body, phase: 'websocket_connect' })).toBe(said.code);
    expect(head).toContain(`Content-Length: ${body.length}`);
    expect(head).toContain('Content-Type: application/json');
  });

  it('honours the avatars a token is limited to', async () => {
    const limited = await token(server, { avatars: ['bob'] });
    expect((await upgrade(path('ava'), headers(limited))).head).toContain('404');
    expect((await upgrade(path('bob'), headers(limited))).head).toContain('101');
  });

  it('takes credentials from headers or from the query', async () => {
    expect((await upgrade(path(), headers(valid))).head).toContain('101');
    expect((await upgrade(`${path()}&appId=dev-app&sessionKey=${valid}`)).head).toContain('101');
  });

  it('takes one token for many sessions', async () => {
    for (let i = 0; i < 3; i++) expect((await upgrade(path(), headers(valid))).head).toContain('101');
  });

  it('declines compression', async () => {
    const socket = new WebSocket(`${server.ingressUrl}/websocket?id=ava`, { headers: headers(valid) });
    const client = new TestClient(socket);
    await new Promise((resolve) => socket.once('open', resolve));
    expect(socket.extensions).toBe('');
    socket.close();
    await client.closed;
  });
});
