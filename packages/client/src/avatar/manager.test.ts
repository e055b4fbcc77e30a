import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AvatarManager, type LoadProgress } from './index.js';

const AVATARS = new URL('../../../../avatars/', import.meta.url);

/** Requests that wait until the test lets them go. */
let waiting: (() => void)[];
let manager: AvatarManager;

beforeEach(() => {
  waiting = [];
  manager = new AvatarManager({ fetch: heldFetch, pageUrl: 'http://page.test/' });
});

afterEach(() => vi.unstubAllGlobals());

function heldFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const path = new URL(String(input)).pathname.replace(/^\/avatars\//, '');
  return new Promise((resolve, reject) => {
    init?.signal?.throwIfAborted();
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
    waiting.push(() => void readFile(new URL(path, AVATARS)).then((bytes) => resolve(new Response(bytes)), reject));
  });
}

/** Lets requests go, the later ones of each load too, until `load` has ended. */
async function finish<T>(load: Promise<T>): Promise<T> {
  let ended = false;
  const end = load.finally(() => { ended = true; });
  while (!ended) {
    waiting.splice(0).forEach((release) => release());
    await new Promise((resolve) => setImmediate(resolve));
  }
  return end;
}

describe('a load under way', () => {
  it('that is cancelled leaves whoever loads next alone', async () => {
    const first = manager.load('ava').catch((error: unknown) => error);
    manager.cancelLoad('ava');
    const second = manager.load('ava');
    const shared = manager.load('ava');
    expect(await first).toMatchObject({ name: 'AbortError' });
    const third = manager.load('ava');
    const avatar = await finish(second);
    expect(await shared).toBe(avatar);
    expect(await third, 'the end of the cancelled load takes nothing from the new one').toBe(avatar);
    expect(manager.retrieve('ava')).toBe(avatar);
  });

  it.each([
    ['clear', () => manager.clear('ava')],
    ['clearAll', () => manager.clearAll()],
  ])('is not kept after %s, and reaches those who wait for it', async (_, clear) => {
    const load = manager.load('ava');
    clear();
    const avatar = await finish(load);
    expect(avatar.id).toBe('ava');
    expect(manager.retrieve('ava')).toBeUndefined();
    expect(await finish(manager.load('ava'))).not.toBe(avatar);
  });

  it('does not fail by a listener that throws; the page is told', async () => {
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    const seen: LoadProgress[] = [];
    const bad = manager.load('ava', () => { throw new Error('listener'); });
    const good = manager.load('ava', (progress) => seen.push(progress));
    expect(await finish(bad)).toBe(await good);
    expect(seen.at(-1)?.type).toBe('completed');
    expect(reported).toHaveBeenCalledWith(expect.objectContaining({ message: 'listener' }));
    await expect(manager.load('ava', () => { throw new Error('again'); })).resolves.toBeDefined();
  });
});

describe('a file that is not the one in the manifest', () => {
  const glb = readFile(new URL('ava/avatar.glb', AVATARS));

  /** Gives `other` for the GLB where the browser's cache may answer; counts how it was asked. */
  async function loadWith(other: Uint8Array, mended: boolean): Promise<{ outcome: unknown; asked: (RequestCache | undefined)[] }> {
    const asked: (RequestCache | undefined)[] = [];
    const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
      const path = new URL(String(input)).pathname.replace(/^\/avatars\//, '');
      if (!path.endsWith('.glb')) return new Response(await readFile(new URL(path, AVATARS)));
      asked.push(init?.cache);
      return new Response(mended && init?.cache === 'reload' ? new Uint8Array(await glb) : new Uint8Array(other));
    };
    const outcome = await new AvatarManager({ fetch, pageUrl: 'http://page.test/' }).load('ava').then(({ id }) => id, (error: unknown) => (error as { code: string }).code);
    return { outcome, asked };
  }

  it.each([
    ['has another hash', async () => (await glb).map((byte, i) => (i === 100_000 ? byte ^ 1 : byte))],
    ['is shorter', async () => (await glb).subarray(0, 1_000)],
    ['is longer', async () => Buffer.concat([await glb, Buffer.alloc(4)])],
  ])('and %s is asked for once more past the cache of the browser, and once only', async (_, make) => {
    expect(await loadWith(await make(), true)).toEqual({ outcome: 'ava', asked: [undefined, 'reload'] });
    expect(await loadWith(await make(), false)).toEqual({ outcome: 'failedToDownloadAvatarAssets', asked: [undefined, 'reload'] });
  });
});
