import { readFileSync } from 'node:fs';
import type { BrowserContext, Page, Route } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useBrowser } from '../stage.js';
import type {} from '../rig/page/page.js';

const GLB = readFileSync(new URL('../../../../avatars/ava/avatar.glb', import.meta.url));

const stage = useBrowser();
let context: BrowserContext;
/** Names of the avatar's files that were asked of the network. */
let asked: string[];

beforeEach(async () => {
  context = await stage.browser.newContext();
  asked = [];
  await onAvatarFiles(() => undefined);
});

afterEach(() => context.close());

/** Counts requests for the avatar's files; `answer` may take one over. */
async function onAvatarFiles(answer: (name: string, route: Route) => Promise<void> | undefined): Promise<void> {
  await context.unrouteAll();
  await context.route('**/avatars/ava/*', async (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1)!;
    asked.push(name);
    await (answer(name, route) ?? route.continue());
  });
}

const offline = (): Promise<void> => onAvatarFiles((_, route) => route.abort('internetdisconnected'));

async function newPage(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${stage.url}/packages/client/test/rig/page/index.html`);
  await page.waitForSelector('html[data-ready]');
  return page;
}

/** Loads with a manager of its own, as a page does that was just opened; waits for what is kept. The outcome. */
const load = (page: Page): Promise<{ bytes?: number; integrity?: string; code?: string; shares: number[] }> => page.evaluate(async () => {
  const manager = new renderModules.avatar.AvatarManager();
  globalThis.manager = manager;
  const shares: number[] = [];
  try {
    const { byteLength, integrity } = await manager.load('ava', ({ progress }) => shares.push(progress));
    return { bytes: byteLength, integrity, shares };
  } catch (error) {
    return { code: (error as { code: string }).code, shares };
  }
});

/** Waits until the manifest is kept, which comes after its files. */
const kept = (page: Page): Promise<unknown> => page.waitForFunction(async () => {
  const keys = await (await caches.open('visavis-avatars-1')).keys();
  return keys.some(({ url }) => url.includes('/manifest/'));
});

const storedKeys = (page: Page): Promise<string[]> => page.evaluate(async () => {
  const keys = await (await caches.open('visavis-avatars-1')).keys();
  return keys.map(({ url }) => new URL(url).pathname.split('/')[1]!).sort();
});

declare global {
  var manager: InstanceType<typeof renderModules.avatar.AvatarManager>;
}

describe('avatars in Cache Storage', () => {
  it('load once from the network; then only the manifest is asked for, and nothing at all without one', async () => {
    const page = await newPage();
    const first = await load(page);
    expect(first).toMatchObject({ bytes: GLB.length, integrity: 'sha256' });
    expect(first.shares.at(0)).toBe(0);
    expect(first.shares.at(-1)).toBe(1);
    await kept(page);
    expect(asked.splice(0)).toEqual(['avatar.json', 'avatar.glb']);
    const second = await newPage();
    expect(await load(second)).toMatchObject({ bytes: GLB.length, integrity: 'sha256' });
    expect(asked.splice(0)).toEqual(['avatar.json']);
    await offline();
    expect(await load(second)).toMatchObject({ bytes: GLB.length, integrity: 'sha256' });
    expect(asked).toEqual(['avatar.json']);
  });

  it('share one download between two tabs', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => { release = resolve; });
    await onAvatarFiles((name, route) => (name === 'avatar.glb' ? held.then(() => route.continue()) : undefined));
    const [one, two] = await Promise.all([newPage(), newPage()]);
    const loads = [load(one), load(two)];
    await one.waitForFunction(async () => ((await navigator.locks.query()).pending ?? []).some(({ name }) => name?.includes('sha256/')));
    release();
    for (const outcome of await Promise.all(loads)) expect(outcome).toMatchObject({ bytes: GLB.length });
    expect(asked.filter((name) => name === 'avatar.glb')).toHaveLength(1);
  });

  it('are not kept where the hash is wrong, and an error says so', async () => {
    const damaged = Buffer.from(GLB);
    damaged[damaged.length - 1]! ^= 1;
    await onAvatarFiles((name, route) => (name === 'avatar.glb' ? route.fulfill({ body: damaged, contentType: 'model/gltf-binary' }) : undefined));
    const page = await newPage();
    expect(await load(page)).toMatchObject({ code: 'failedToDownloadAvatarAssets' });
    expect(await storedKeys(page)).toEqual([]);
    await onAvatarFiles(() => undefined);
    expect(await load(page), 'the page is alive').toMatchObject({ bytes: GLB.length });
  });

  it('that went bad on disk are fetched anew', async () => {
    const page = await newPage();
    await load(page);
    await kept(page);
    asked.splice(0);
    await page.evaluate(async () => {
      const cache = await caches.open('visavis-avatars-1');
      const key = (await cache.keys()).find(({ url }) => url.includes('/sha256/'))!;
      const bytes = new Uint8Array(await (await cache.match(key))!.arrayBuffer());
      bytes[100]! ^= 1;
      await cache.put(key, new Response(bytes));
    });
    expect(await load(page)).toMatchObject({ bytes: GLB.length, integrity: 'sha256' });
    expect(asked).toEqual(['avatar.json', 'avatar.glb']);
  });

  it('are gone after clear and after clearAll', async () => {
    const page = await newPage();
    for (const clear of ['clear', 'clearAll'] as const) {
      await load(page);
      await kept(page);
      expect((await storedKeys(page)).filter((key) => key !== 'index')).toEqual(['manifest', 'sha256']);
      await page.evaluate((method) => manager[method]('ava'), clear);
      expect((await storedKeys(page)).filter((key) => key !== 'index')).toEqual([]);
      asked.splice(0);
    }
    await offline();
    expect(await load(page)).toMatchObject({ code: 'failedToFetchAvatarMetadata' });
  });

  it('stop when a load is cancelled, and nothing is kept of it', async () => {
    let reached: () => void = () => undefined;
    const underWay = new Promise<void>((resolve) => { reached = resolve; });
    await onAvatarFiles((name) => {
      if (name !== 'avatar.glb') return undefined;
      reached();
      return new Promise(() => undefined);
    });
    const page = await newPage();
    const ended = page.evaluate(async () => {
      globalThis.manager = new renderModules.avatar.AvatarManager();
      return manager.load('ava').then(() => 'loaded', (error: Error) => error.name);
    });
    await underWay;
    await page.evaluate(() => manager.cancelLoad('ava'));
    expect(await ended).toBe('AbortError');
    expect(await storedKeys(page)).toEqual([]);
    expect(await page.evaluate(async () => (await navigator.locks.query()).held)).toEqual([]);
  });

  it('stay within their bounds: the one used longest ago goes', async () => {
    const page = await newPage();
    const left = await page.evaluate(async () => {
      let now = 1_000;
      const { AvatarStore } = renderModules.store;
      const store = new AvatarStore({ caches, locks: navigator.locks, unixMs: () => now++, bounds: { maxBytes: 250, maxEntries: 3 } });
      for (const key of ['a', 'b']) await store.put(key, new ArrayBuffer(100));
      await store.get('a');
      await store.put('c', new ArrayBuffer(100));
      await store.put('too large', new ArrayBuffer(251));
      const found = [];
      for (const key of ['a', 'b', 'c', 'too large']) found.push((await store.get(key))?.byteLength);
      return found;
    });
    expect(left).toEqual([100, undefined, 100, undefined]);
  });
});
