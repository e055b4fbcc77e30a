import type { IncomingMessage } from 'node:http';
import { AppRegistry } from '../../../packages/motion-server/src/apps.js';
import { resolveConfig } from '../../../packages/motion-server/src/config.js';
import { createConsole } from '../../../packages/motion-server/src/console.js';
import { TokenSigner } from '../../../packages/motion-server/src/tokens.js';
import { admit } from '../../../packages/motion-server/src/upgrade.js';
import { ManualClock } from '../../../packages/motion-server/test/manual-clock.js';
import { fetchSessionToken } from '../../../packages/server-sdk/src/session/token.js';
import { check, isCoded, text, type Target } from '../target.js';

const NOW_MS = 1_700_000_000_000;
const IN_AN_HOUR = NOW_MS / 1000 + 3600;
/** HS256 over the claims of an app, made with the secret below: valid until the clock says otherwise. */
const SECRET = 'a secret that only the fuzzer knows, long enough';
const REFUSALS = ['invalidRequest', 'appIDUnrecognized', 'sessionTokenInvalid', 'sessionTokenExpired', 'appIDMismatch', 'avatarNotFound'];

const clock = new ManualClock(NOW_MS);
const context = resolveConfig({ apps: [{ appId: 'app', apiKeys: ['key'], avatars: ['ava'] }], signingSecret: SECRET, clock, randomBytes: (count) => new Uint8Array(count) });
const apps = new AppRegistry(context.settings.apps);
const tokens = new TokenSigner(context);
const tokenEndpoint = createConsole({ context, apps, tokens, modelId: 'none', isDraining: () => false });

/** HTTP by the first byte: a token request's body, an upgrade's URL, or the console's answer as a backend gets it. */
export const http: Target = {
  name: 'http',
  maxBytes: 2048,
  files: ['motion-server/src/console.', 'motion-server/src/upgrade.', 'motion-server/src/tokens.', 'server-sdk/src/session/token.', 'server-sdk/src/session/failure.'],
  dictionary: [
    '"expireAt":', '"avatars":', '"ava"', '"__proto__"', 'null', '[]', '1e999', String(IN_AN_HOUR), '"errors":[', '"sessionToken":', '"code":', '"detail":',
    '/v2/driveningress/websocket?', 'appId=app', 'sessionKey=', 'id=ava', '%', '%00', '&', 'eyJhbGciOiJub25lIn0.', 'unauthorized',
  ].map(text),
  seeds: () => [
    [0, `{"expireAt":${IN_AN_HOUR}}`], [0, `{"expireAt":${IN_AN_HOUR},"avatars":["ava"],"appId":"app"}`], [0, '{"expireAt":1}'],
    [1, '/v2/driveningress/websocket?id=ava&appId=app&sessionKey=eyJhbGciOiJIUzI1NiJ9.eyJhcHAiOiJhcHAifQ.AAAA'], [1, '/v2/driveningress/websocket/?appId=app'],
    [2, '{"sessionToken":"t"}'], [3, '{"errors":[{"id":"1","status":400,"code":"INVALID_ARGUMENT","title":"t","detail":"d"}]}'], [3, '{"message":"Invalid session token"}'],
  ].map(([kind, body]) => Uint8Array.of(kind as number, ...Buffer.from(body as string))),
  run(input) {
    const body = Uint8Array.from(input.subarray(1));
    const kind = (input[0] ?? 0) % 4;
    if (kind === 0) return askForToken(body);
    return kind === 1 ? upgrade(Buffer.from(body).toString('latin1')) : readAnswer(body, kind === 2 ? 200 : 400);
  },
};

async function askForToken(body: Uint8Array<ArrayBuffer>): Promise<void> {
  const response = await tokenEndpoint.request('/v1/console/session-tokens', { method: 'POST', headers: { 'X-Api-Key': 'key' }, body });
  const answer = (await response.json()) as { sessionToken?: string; errors?: { status: number }[] };
  if (response.status !== 200) return check(response.status === 400 && answer.errors?.[0]?.status === 400, `a bad body is an error of the client's, got ${response.status}`);
  const grant = await tokens.verify(answer.sessionToken!);
  check(grant.appId === 'app' && grant.expireAt > NOW_MS / 1000, 'a token that is given is good');
}

async function upgrade(url: string): Promise<void> {
  try {
    await admit({ url, headers: {} } as IncomingMessage, apps, tokens);
  } catch (error) {
    if (isCoded(error) && REFUSALS.includes(error.code)) return;
    throw error;
  }
  check(false, 'nobody gets in without a token that was signed here');
}

async function readAnswer(body: Uint8Array<ArrayBuffer>, status: number): Promise<void> {
  const request = {
    consoleUrl: 'http://console', apiKey: 'key', expireAtMs: NOW_MS, clock: { nowMs: () => NOW_MS, after: () => () => undefined },
    fetch: async () => new Response(body, { status }),
  };
  try {
    const token = await fetchSessionToken(request);
    check(status === 200 && token !== '', 'a token comes with status 200');
  } catch (error) {
    if (!isCoded(error)) throw error;
    check(error.code !== 'connectionFailed', 'an answer that came is read');
  }
}
