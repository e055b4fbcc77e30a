/** Section 2: session tokens over HTTP. */
import assert from 'node:assert/strict';

const DAY_S = 24 * 3600;
const inS = (seconds) => Math.floor(Date.now() / 1000) + seconds;

/** The one error of a refusal, its shape checked: Go decodes `status` as an integer, and SDKs read these words. */
function problemOf({ status, body, headers }) {
  assert.match(headers['content-type'], /^application\/json/);
  const { errors } = JSON.parse(body);
  assert.equal(errors.length, 1);
  const [problem] = errors;
  assert.equal(problem.status, status, 'the status in the body, a number');
  for (const name of ['id', 'code', 'title', 'detail']) assert.ok(typeof problem[name] === 'string' && problem[name] !== '', `no ${name}`);
  assert.doesNotMatch(body, /unauthorized/i, 'SDKs take this word for an egress problem');
  return problem;
}

const REFUSED = [
  ['an expiry in the past', () => ({ expireAt: 1 }), /^expire_at must be in the future$/],
  ['an expiry of a second ago', () => ({ expireAt: inS(-1) }), /^expire_at must be in the future$/],
  ['an expiry a day away', () => ({ expireAt: inS(DAY_S + 60) }), /expire_at/],
  ['a fraction of a second', () => ({ expireAt: inS(60) + 0.5 }), /expire_at/],
  ['a text for a time', () => ({ expireAt: 'soon' }), /expire_at/],
  ['no expiry', () => ({}), /expire_at/],
  ['a list', () => [], /expire_at/],
  ['no JSON', () => '{', /JSON/],
];

export default [
  {
    section: '2', name: 'a token for an API key: exactly 200, `sessionToken` at the top', async run(target) {
      const answer = await target.postToken({ expireAt: inS(60) });
      assert.equal(answer.status, 200);
      const { sessionToken, errors } = JSON.parse(answer.body);
      assert.ok(typeof sessionToken === 'string' && sessionToken.length > 20);
      assert.equal(errors, undefined);
    },
  },
  {
    section: '2', name: 'what other clients add to the body is ignored; almost a day is allowed', async run(target) {
      assert.equal((await target.postToken({ expireAt: inS(DAY_S - 60), appId: 'x', modelVersion: 7, more: [] })).status, 200);
    },
  },
  ...REFUSED.map(([what, body, detail]) => ({
    section: '2', name: `400 INVALID_ARGUMENT for ${what}`, async run(target) {
      const answer = await target.postToken(body());
      assert.equal(answer.status, 400);
      const problem = problemOf(answer);
      assert.equal(problem.code, 'INVALID_ARGUMENT');
      assert.match(problem.detail, detail);
    },
  })),
  ...[['a wrong key', { 'X-Api-Key': 'nope' }], ['no key', {}]].map(([what, headers]) => ({
    section: '2', name: `403 for ${what}: SDKs read invalidRequest`, async run(target) {
      const answer = await target.postToken({ expireAt: inS(60) }, headers);
      assert.equal(answer.status, 403);
      assert.doesNotMatch(problemOf(answer).code, /^(INVALID_ARGUMENT|UNAUTHENTICATED|UNAVAILABLE)$/, 'codes that SDKs read as egress problems');
    },
  })),
  {
    section: '2', name: 'another method is refused, not with 404 (an unknown app, to SDKs)', async run(target) {
      const answer = await target.http(`${target.consoleUrl}/session-tokens`);
      assert.ok(answer.status >= 400 && answer.status !== 404, `status ${answer.status}`);
    },
  },
  {
    section: '8.5', name: 'a mistyped path is refused, not with 404', async run(target) {
      const answer = await target.http(`${target.consoleUrl}/session-token`, { method: 'POST', headers: { 'X-Api-Key': target.apiKey } });
      assert.ok(answer.status >= 400 && answer.status !== 404, `status ${answer.status}`);
    },
  },
  {
    section: '2', name: 'a body of 1 MiB is refused with 413', visavis: true, async run(target) {
      const answer = await target.postToken(JSON.stringify({ expireAt: inS(60), x: 'a'.repeat(1024 * 1024) }));
      assert.equal(answer.status, 413);
      problemOf(answer);
    },
  },
];
