import { readFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { AvatarManager, type LoadProgress } from '../../src/avatar/index.js';

const AVATARS = new URL('../../../../avatars/', import.meta.url);

/** A web server over the repository's avatars, with answers overridden by path. */
function serve(overrides: Record<string, () => Response | Promise<Response>> = {}) {
  return vi.fn(async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    init?.signal?.throwIfAborted();
    const path = new URL(String(input)).pathname.replace(/^\/avatars\//, '');
    if (overrides[path]) return overrides[path]();
    try {
      return new Response(await readFile(new URL(path, AVATARS)));
    } catch {
      return new Response('', { status: 404 });
    }
  });
}

const managerOver = (fetch: typeof globalThis.fetch): AvatarManager => new AvatarManager({ fetch, pageUrl: 'http://page.test/' });
const withManifest = (change: object): (() => Promise<Response>) => async () => {
  const manifest = JSON.parse(await readFile(new URL('ava/avatar.json', AVATARS), 'utf8')) as object;
  return Response.json({ ...manifest, ...change });
};

/** The avatar without a list of its files, so that nothing of them is checked but what they are. */
const UNLISTED = { 'ava/avatar.json': withManifest({ files: undefined }) };

describe('AvatarManager', () => {
  it('loads an avatar once for everyone who asks at the same time, and keeps it', async () => {
    const fetch = serve();
    const manager = managerOver(fetch);
    const seen: LoadProgress[] = [];
    const [one, two] = await Promise.all([manager.load('ava', (each) => seen.push(each)), manager.load('ava')]);
    expect(two).toBe(one);
    expect(manager.retrieve('ava')).toBe(one);
    expect(fetch).toHaveBeenCalledTimes(2);
    expect(seen[0]).toEqual({ type: 'downloading', progress: 0 });
    expect(seen.at(-1)).toEqual({ type: 'completed', progress: 1 });
    manager.clear('ava');
    expect(manager.retrieve('ava')).toBeUndefined();
  });

  it('takes the URL of a manifest in place of an id', async () => {
    const avatar = await managerOver(serve()).load('/avatars/ava/avatar.json');
    expect(avatar.id).toBe('ava');
    expect(avatar.thumbnailUrl).toBe('http://page.test/avatars/ava/thumbnail.webp');
  });

  it('cancels for everyone, and can load again', async () => {
    const manager = managerOver(serve());
    const seen: LoadProgress[] = [];
    const load = manager.load('ava', (each) => seen.push(each));
    manager.cancelLoad('ava');
    await expect(load).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen.at(-1)?.type).toBe('failed');
    await expect(manager.load('ava')).resolves.toMatchObject({ id: 'ava' });
  });

  it.each([
    ['avatarIDUnrecognized', 'nobody', {}],
    ['avatarIDUnrecognized', 'javascript:alert(1)', {}],
    ['avatarIDUnrecognized', '../secret', {}],
    ['failedToFetchAvatarMetadata', 'ava', { 'ava/avatar.json': () => new Response('', { status: 503 }) }],
    ['failedToFetchAvatarMetadata', 'ava', { 'ava/avatar.json': () => Promise.reject(new TypeError('offline')) }],
    ['failedToFetchAvatarMetadata', 'ava', { 'ava/avatar.json': () => new Response('x'.repeat(70_000)) }],
    ['invalidAvatarMetadata', 'ava', { 'ava/avatar.json': () => new Response('{') }],
    ['invalidAvatarMetadata', 'ava', { 'ava/avatar.json': () => Response.json({}) }],
    ['failedToDownloadAvatarAssets', 'ava', { 'ava/avatar.glb': () => new Response('', { status: 404 }) }],
    ['unsupportedAvatarAsset', 'ava', { ...UNLISTED, 'ava/avatar.glb': () => new Response('not a model, but long enough to hold a header') }],
    ['failedToDownloadAvatarAssets', 'ava', { 'ava/avatar.glb': () => new Response('too short for what the manifest says') }],
    ['failedToDownloadAvatarAssets', 'ava', { ...UNLISTED, 'ava/avatar.glb': () => new Response('x', { headers: { 'content-length': '200000000' } }) }],
  ])('rejects with %s for %s', async (code, id, overrides) => {
    await expect(managerOver(serve(overrides)).load(id)).rejects.toMatchObject({ code });
  });

  it('refuses a model that is cut off or refers to files outside itself', async () => {
    const whole = await readFile(new URL('ava/avatar.glb', AVATARS));
    const cut = managerOver(serve({ ...UNLISTED, 'ava/avatar.glb': () => new Response(whole.subarray(0, 5000)) }));
    await expect(cut.load('ava')).rejects.toMatchObject({ code: 'unsupportedAvatarAsset' });
    const outward = managerOver(serve({ ...UNLISTED, 'ava/avatar.glb': () => new Response(glb({ images: [{ uri: 'https://elsewhere/x.png' }] })) }));
    await expect(outward.load('ava')).rejects.toMatchObject({ code: 'unsupportedAvatarAsset' });
  });

  it('refuses a file that is not the one in the manifest, by its hash', async () => {
    const whole = await readFile(new URL('ava/avatar.glb', AVATARS));
    whole[whole.length - 1]! ^= 1;
    const load = managerOver(serve({ 'ava/avatar.glb': () => new Response(whole) })).load('ava');
    await expect(load).rejects.toMatchObject({ code: 'failedToDownloadAvatarAssets', message: expect.stringContaining('another hash') as string });
  });

  it('says that only sizes were checked where the page has no hashes', async () => {
    const platform = { caches: undefined, locks: undefined, digest: undefined };
    const avatar = await new AvatarManager({ fetch: serve(), pageUrl: 'http://page.test/', platform }).load('ava');
    expect(avatar.integrity).toBe('size');
    expect((await managerOver(serve()).load('ava')).integrity).toBe('sha256');
    expect((await managerOver(serve(UNLISTED)).load('ava')).integrity).toBe('none');
  });

  it('shows an avatar that storage has no room for, and says so once', async () => {
    const cache = {
      match: () => Promise.resolve(undefined), keys: () => Promise.resolve([]), delete: () => Promise.resolve(false),
      put: () => Promise.reject(new DOMException('no room', 'QuotaExceededError')),
    };
    const caches = { open: () => Promise.resolve(cache), delete: () => Promise.resolve(true) } as unknown as CacheStorage;
    const manager = new AvatarManager({ fetch: serve(), pageUrl: 'http://page.test/', platform: { caches, locks: undefined, digest: globalThis.crypto.subtle } });
    const codes: string[] = [];
    manager.onError = ({ code, retryable }) => codes.push(`${code} ${String(retryable)}`);
    expect((await manager.load('ava')).id).toBe('ava');
    manager.release();
    expect((await manager.load('ava')).id).toBe('ava');
    await vi.waitFor(() => expect(codes).toEqual(['storageUnavailable true']));
  });

  it('stops reading a body that is larger than what the manifest says', async () => {
    let given = 0;
    const endless = (): ReadableStream<Uint8Array> => new ReadableStream({ pull: (controller) => { given += 1; controller.enqueue(new Uint8Array(1_000_000)); } });
    const load = managerOver(serve({ 'ava/avatar.glb': () => new Response(endless()) })).load('ava');
    await expect(load).rejects.toMatchObject({ code: 'failedToDownloadAvatarAssets', retryable: false });
    // Asked for twice: the browser's cache may have had an old one.
    expect(given).toBeLessThan(12);
  });

  it('keeps at most eight avatars, forgetting the one used longest ago', async () => {
    const overrides = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [
        [`a${i}/avatar.json`, withManifest({ id: `a${i}`, files: undefined })],
        [`a${i}/avatar.glb`, () => new Response(glb({}))],
      ] as const).flat(),
    );
    const manager = managerOver(serve(overrides));
    for (let i = 0; i < 8; i++) await manager.load(`a${i}`);
    manager.retrieve('a0');
    await manager.load('a8');
    expect(manager.retrieve('a0')).toBeDefined();
    expect(manager.retrieve('a1')).toBeUndefined();
  });
});

/** The smallest GLB that holds this document. */
function glb(document: object): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(document));
  const bytes = new Uint8Array(20 + json.length);
  const view = new DataView(bytes.buffer);
  [0x46546c67, 2, bytes.length, json.length, 0x4e4f534a].forEach((word, i) => view.setUint32(i * 4, word, true));
  bytes.set(json, 20);
  return bytes;
}
