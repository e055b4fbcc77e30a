import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { http, startServer, type Answer } from '../../test/client.js';
import { devConfig, type MotionServer } from '../index.js';
import { AvatarLibrary } from './index.js';

const AVA = fileURLToPath(new URL('../../../../avatars/ava', import.meta.url));
const GLB_HASH = createHash('sha256').update(readFileSync(join(AVA, 'avatar.glb'))).digest('hex');

/** Not in any path: answers repeat those. */
const SECRET = 'k33p me';

let folder: string;
let server: MotionServer;
/** What the server logged. */
const lines: { msg: string; folder: string }[] = [];

function manifest(id: string, change: object = {}): string {
  return JSON.stringify({ schema: 'visavis.avatar/1', id, name: id, version: '1', license: 'MIT', rig: { type: 'glb', file: 'avatar.glb' }, ...change });
}

function addAvatar(id: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, id, name, '..'), { recursive: true });
    writeFileSync(join(folder, id, name), content);
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'visavis-avatars-'));
  cpSync(AVA, join(folder, 'ava'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), SECRET);
  addAvatar('flat', {
    'avatar.json': manifest('flat', {
      rig: { type: 'sprite', file: 'sprite.json' },
      files: ['sprite.json', 'open.svg'].map((name) => ({ name, bytes: 6, sha256: '0'.repeat(64), type: name.endsWith('svg') ? 'image/svg+xml' : 'application/json' })),
    }),
    'sprite.json': '{"a":1}', 'open.svg': '<svg/>', 'other.txt': 'not listed', '.env': 'hidden',
  });
  addAvatar('links', { 'avatar.json': manifest('links', { thumbnail: 'sub/b.png' }) });
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'links', 'avatar.glb'));
  symlinkSync(folder, join(folder, 'links', 'sub'));
  addAvatar('empty', { 'avatar.json': manifest('empty'), 'avatar.glb': '' });
  addAvatar('bad', { 'avatar.json': manifest('bad', { rig: { type: 'glb', file: '../secret.txt' } }) });
  addAvatar('misnamed', { 'avatar.json': manifest('someone'), 'avatar.glb': 'x' });
  addAvatar('private', { 'avatar.json': manifest('private'), 'avatar.glb': 'x' });
  symlinkSync(tmpdir(), join(folder, 'outside'));
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) });
  server = await startServer({ logger, ...devConfig({ avatarFolders: [folder], avatars: ['ava', 'flat', 'links', 'empty', 'bad', 'misnamed', 'someone', 'outside'] }), model: 'baseline' });
});

afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

const ask = (path: string, options: Parameters<typeof http>[1] = {}): Promise<Answer> => http(server.avatarsUrl + path, options);

describe('avatars over HTTP', () => {
  it('are listed, but for those that are damaged or that no app may use', async () => {
    const { status, body } = await ask('');
    const { avatars } = JSON.parse(body) as { avatars: { id: string }[] };
    expect([status, avatars.map(({ id }) => id)]).toEqual([200, ['ava', 'empty', 'flat', 'links']]);
    expect(avatars[0]).toMatchObject({ name: 'Ava', rig: 'glb', manifestUrl: '/v1/avatars/ava/avatar.json', thumbnailUrl: '/v1/avatars/ava/thumbnail.webp' });
    expect((await http(server.avatarsUrl.slice(0, -1))).body).toBe(body);
  });

  it('are told of in the log where they are damaged, once however often they are asked for', async () => {
    for (let i = 0; i < 3; i++) await ask('bad/avatar.json');
    expect(lines.filter(({ msg, folder: at }) => msg === 'avatar left out' && at.endsWith('bad'))).toHaveLength(1);
  });

  it('are given with their types, to any page, and run nowhere', async () => {
    const { status, headers, body } = await ask('ava/avatar.glb');
    expect([status, body.length > 1_000_000]).toEqual([200, true]);
    expect(headers).toMatchObject({
      'content-type': 'model/gltf-binary', 'x-content-type-options': 'nosniff', 'access-control-allow-origin': '*', 'cache-control': 'public, no-cache', 'etag': `"${GLB_HASH}"`,
      'cross-origin-resource-policy': 'cross-origin',
    });
    const svg = await ask('flat/open.svg');
    expect([svg.headers['content-type'], svg.headers['content-security-policy']]).toEqual(['image/svg+xml', "default-src 'none'; style-src 'unsafe-inline'; sandbox"]);
    expect((await ask('ava/avatar.json')).headers['content-type']).toBe('application/json');
  });

  it('may be kept for ever under their hash, and under nothing else', async () => {
    const cacheOf = async (query: string): Promise<unknown> => (await ask(`ava/avatar.glb${query}`, { method: 'HEAD' })).headers['cache-control'];
    expect(await cacheOf(`?v=${GLB_HASH.slice(0, 16)}`)).toBe('public, max-age=31536000, immutable');
    expect(await cacheOf(`?v=${'0'.repeat(16)}`)).toBe('public, no-cache');
    expect(await cacheOf('')).toBe('public, no-cache');
    expect((await ask(`ava/avatar.json?v=${GLB_HASH.slice(0, 16)}`)).headers['cache-control']).toBe('public, no-cache');
  });

  it('are not kept for ever while they cannot be what the manifest says', async () => {
    const query = `?v=${'0'.repeat(16)}`;
    expect((await ask(`flat/open.svg${query}`)).headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const half = await ask(`flat/sprite.json${query}`);
    expect([half.status, half.headers['cache-control'], String(half.headers['etag']).slice(0, 3)]).toEqual([200, 'public, no-cache', 'W/"']);
  });

  it('may be empty', async () => {
    expect(await ask('empty/avatar.glb')).toMatchObject({ status: 200, body: '', headers: { 'content-length': '0' } });
  });

  it('are asked for again with 304 while they are the same, listed by hash or not', async () => {
    for (const path of ['ava/avatar.json', 'ava/avatar.glb', 'links/avatar.json']) {
      const { headers: { etag } } = await ask(path, { method: 'HEAD' });
      expect(await ask(path, { headers: { 'If-None-Match': `"other", ${String(etag)}` } })).toMatchObject({ status: 304, body: '' });
      expect((await ask(path, { headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
    }
  });

  it('answer HEAD with the size and without a body, and preflights', async () => {
    const head = await ask('ava/avatar.glb', { method: 'HEAD' });
    expect([head.status, head.body, Number(head.headers['content-length'])]).toEqual([200, '', readFileSync(join(AVA, 'avatar.glb')).length]);
    const preflight = await ask('ava/avatar.glb', { method: 'OPTIONS', headers: { 'Origin': 'https://a.example', 'Access-Control-Request-Method': 'GET' } });
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*']);
  });

  it.each([
    'nobody/avatar.json', 'private/avatar.json', 'bad/avatar.json', 'misnamed/avatar.json', 'flat/other.txt', 'flat/.env', 'flat/', 'ava/LICENSE',
    'ava/../secret.txt', 'ava/%2e%2e/secret.txt', 'ava/..%2fsecret.txt', '..%2f..%2fetc%2fpasswd/avatar.json', '%2e%2e/avatar.json', 'ava%00/avatar.json',
    'links/avatar.glb', 'links/sub/secret.txt', 'links/sub/b.png', 'outside/avatar.json', 'secret.txt', 'bad/../secret.txt', '%ff/avatar.json',
  ])('give no %s', async (path) => {
    const { status, body } = await ask(path);
    expect(body).not.toContain(SECRET);
    expect([404, 421]).toContain(status);
    if (status === 404) expect((JSON.parse(body) as { errors: unknown[] }).errors[0]).toMatchObject({ status: 404, code: 'NOT_FOUND', title: 'Avatar not found' });
  });

  it('give what is listed and nothing else, whatever the path', async () => {
    const part = fc.oneof(fc.constantFrom('..', '.', 'ava', 'flat', 'links', 'sub', 'secret.txt', '%2e%2e', '%2f', 'avatar.glb', 'other.txt', '.env'), fc.webSegment());
    await fc.assert(fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async (parts) => {
      const { status, body } = await ask(parts.join('/'), { method: 'GET' });
      return ([404, 421].includes(status) && !body.includes('not listed')) || (status === 200 && ![SECRET, 'not listed', 'hidden'].some((text) => body.includes(text)));
    }), { numRuns: 60 });
  });
});

describe('the list of avatars', () => {
  it('is read once for everybody who asks within a second, and anew after it', async () => {
    const root = mkdtempSync(join(tmpdir(), 'visavis-list-'));
    try {
      let at = 0;
      const readings: string[] = [];
      const library = new AvatarLibrary({ folders: [root], now: () => at, onProblem: (_, where) => readings.push(where) });
      const ids = async (): Promise<string[]> => (await library.list()).map(({ id }) => id);
      const put = (id: string, text = manifest(id)): void => {
        mkdirSync(join(root, id));
        writeFileSync(join(root, id, 'avatar.json'), text);
      };
      put('first');
      put('broken', '{');
      expect(await Promise.all([ids(), ids()])).toEqual([['first'], ['first']]);
      put('second');
      at = 999;
      expect([await ids(), readings.length]).toEqual([['first'], 1]);
      at = 1000;
      expect([await ids(), readings.length]).toEqual([['first', 'second'], 2]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
