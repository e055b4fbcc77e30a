/** Section 3: the upgrade, who is let in and how the others are told. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { classifyFailure } from '@visavis/protocol/ingress';
import { audio, configure } from './wire.mjs';

/** A token with another payload under the same signature. */
function forged(token) {
  const [head, , mac] = token.split('.');
  return [head, Buffer.from('{"app":"dev-app","exp":9999999999,"iss":"visavis"}').toString('base64url'), mac].join('.');
}

async function expired(target) {
  const token = await target.token({ lifeS: 1 });
  await sleep(2100); // token times are in whole seconds
  return token;
}

/** Asserts a refusal: status, JSON with the message, its length stated, and what SDKs read out of it. */
function assertRefused(target, { status, headers, body }, want) {
  assert.equal(status, want.status);
  assert.match(headers['content-type'], /^application\/json/);
  assert.equal(Number(headers['content-length']), Buffer.byteLength(body), 'Content-Length');
  const said = JSON.parse(body);
  assert.equal(said.message, want.message);
  assert.doesNotMatch(body, /unauthorized/i, 'SDKs take this word for an egress problem');
  assert.equal(classifyFailure({ status, text: body, phase: 'websocket_connect' }), want.code, 'what SDKs read out of it');
  if (target.isPublic) return;
  assert.equal(said.code, want.code);
  assert.ok(said.hint.length > 10, 'no hint that says what to do');
}

const REFUSED = [
  ['a bad token', 400, 'Invalid session token', 'sessionTokenInvalid', { token: () => 'bad' }],
  ['an empty token', 400, 'Invalid session token', 'sessionTokenInvalid', { token: () => '' }],
  ['a forged token', 400, 'Invalid session token', 'sessionTokenInvalid', { token: async (target) => forged(await target.token()) }],
  ['an endless token', 400, 'Invalid session token', 'sessionTokenInvalid', { token: () => 'x'.repeat(10_000) }],
  ['an expired token', 401, 'token is expired', 'sessionTokenExpired', { token: expired }],
  ['the token of another app', 400, 'app id mismatch', 'appIDMismatch', { needs: ['otherApp'], appId: (target) => target.otherApp.appId }],
  ['an unknown app', 404, 'appIDUnrecognized', 'appIDUnrecognized', { appId: () => 'nobody' }],
  ['an unknown avatar', 404, 'Avatar not found: nobody-knows', 'avatarNotFound', { avatarId: 'nobody-knows' }],
  ['no avatar', 404, 'Avatar not found: ', 'avatarNotFound', { avatarId: '' }],
];

const refusals = REFUSED.flatMap(([what, status, message, code, { needs, token, appId, avatarId }]) => ['headers', 'query'].map((style) => ({
  section: '3', needs, name: `${what}, by ${style}: ${status} ${code}`, async run(target) {
    const session = await (token ?? (() => target.token()))(target);
    const app = appId?.(target) ?? target.appId;
    const id = avatarId ?? target.avatarId;
    const answer = style === 'headers'
      ? await target.upgrade({ query: { id }, headers: target.credentials(session, app) })
      : await target.upgrade({ query: { id, appId: app, sessionKey: session } });
    assertRefused(target, answer, { status, message, code });
  },
})));

/** Opens with these options and has a request answered. */
const letsIn = (name, dial, section = '3') => ({
  section, name, async run(target) {
    const peer = await target.open({ dial: await dial(target) });
    peer.send(audio('a', Buffer.alloc(3200), true));
    await peer.ended('a', 3);
  },
});

export default [
  letsIn('credentials in headers', () => ({})),
  letsIn('credentials in the query, as browsers must', () => ({ useQuery: true })),
  letsIn('headers before the query, where both are there', () => ({ query: { appId: 'nobody', sessionKey: 'bad' } })),
  letsIn('more in the query is ignored', () => ({ query: { v: '2', region: 'x' } })),
  letsIn('an Origin is no matter', () => ({ headers: { Origin: 'https://example.org' } })),
  letsIn('an offer of permessage-deflate, taken or not', () => ({ perMessageDeflate: true }), '4'),
  {
    section: '2', name: 'one token for many sessions', async run(target) {
      const token = await target.token();
      const peers = await Promise.all([1, 2, 3].map(() => target.open({ dial: { token } })));
      assert.equal(new Set(peers.map(({ connectionId }) => connectionId)).size, 3, 'connection ids differ');
    },
  },
  ...refusals,
  {
    section: '3', name: 'no credentials at all: 404 appIDUnrecognized', async run(target) {
      assertRefused(target, await target.upgrade({ query: { id: target.avatarId } }), { status: 404, message: 'appIDUnrecognized', code: 'appIDUnrecognized' });
    },
  },
  {
    section: '8.5', name: 'an upgrade at a mistyped path is refused, not with 404', async run(target) {
      const { status } = await target.upgrade({ path: '/web', query: { id: target.avatarId }, headers: target.credentials(await target.token()) });
      assert.ok(status >= 400 && status !== 404, `status ${status}`);
    },
  },
  {
    section: '3', name: 'a plain request where a WebSocket is due is refused', async run(target) {
      const { status } = await target.http(`${target.ingressUrl.replace(/^ws/, 'http')}/websocket?id=${target.avatarId}`);
      assert.ok(status >= 400 && status !== 404, `status ${status}`);
    },
  },
  {
    section: '8.1', name: 'nothing comes before the configuration', async run(target) {
      const peer = await target.dial();
      await peer.pong();
      assert.deepEqual(peer.received, []);
      peer.send(configure());
      await peer.until('the confirmation', () => peer.received[0]);
    },
  },
];
