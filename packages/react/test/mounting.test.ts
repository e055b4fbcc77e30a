import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeServerMessage } from '@visavis/protocol/downlink';
import { launchBrowser, serveWithVite, type ServedFolder } from '../../../test/browser.js';
import type {} from './page/page.js';
import type {} from './page/refresh.js';
import { triangleGlb, TRIANGLE_MANIFEST } from './triangle.js';

const ROUNDS = 20;

let browser: Browser;
let server: ServedFolder;
let relay: WebSocketServer;
let relayUrl: string;
let page: Page;

/** A relay that welcomes everyone and answers what keeps a connection alive. */
async function listen(): Promise<void> {
  relay = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  relay.on('connection', (socket) => {
    socket.once('message', () => socket.send(encodeServerMessage('welcome', { epoch: 1 })));
    socket.on('message', () => socket.send(encodeServerMessage('pong', {})));
  });
  await once(relay, 'listening');
  relayUrl = `ws://127.0.0.1:${(relay.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  await listen();
  browser = await launchBrowser();
  server = await serveWithVite();
  page = await openPage('index.html');
});

async function openPage(name: string): Promise<Page> {
  const opened = await browser.newPage({ viewport: { width: 96, height: 112 } });
  await opened.route('**/avatars/triangle/*.json', (route) => route.fulfill({ json: TRIANGLE_MANIFEST }));
  await opened.route('**/avatars/triangle/triangle.glb', (route) => route.fulfill({ body: triangleGlb() }));
  await opened.goto(`${server.url}/packages/react/test/page/${name}`);
  await opened.waitForSelector('html[data-ready]');
  return opened;
}

afterAll(async () => {
  await browser?.close();
  await server?.close();
  relay?.close();
});

const NOTHING = { canvases: 0, contexts: 0, audio: 0, sockets: 0 };

it(`mounts and unmounts ${ROUNDS} times under StrictMode and leaves nothing`, async () => {
  const before = await page.evaluate(() => reactPage.left());
  for (let round = 0; round < ROUNDS; round++) {
    const there = await page.evaluate(async (url) => {
      await reactPage.mount(url);
      return reactPage.left();
    }, relayUrl);
    expect(there).toMatchObject({ canvases: 1, contexts: 1, audio: 1, sockets: 1 });
    await page.evaluate(() => reactPage.unmount());
    await page.waitForFunction(() => Object.entries(reactPage.left()).every(([name, count]) => name === 'listeners' || count === 0));
  }
  const after = await page.evaluate(() => ({ ...reactPage.left(), errors: reactPage.errors, made: reactPage.made.contexts.length }));
  expect(after).toEqual({ ...NOTHING, listeners: before.listeners, errors: [], made: ROUNDS });
  expect(relay.clients.size).toBe(0);
}, 120_000);

it('leaves nothing when it is taken away in the middle of a load', async () => {
  const before = await page.evaluate(() => reactPage.left());
  const after = await page.evaluate(async (url) => {
    for (let round = 0; round < 10; round++) {
      reactPage.forget();
      void reactPage.mount(url);
      await new Promise((resolve) => setTimeout(resolve, round * 20));
      reactPage.unmount();
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { frames } = reactPage.made;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { ...reactPage.left(), frames: reactPage.made.frames - frames, errors: reactPage.errors };
  }, relayUrl);
  expect(after).toEqual({ ...NOTHING, listeners: before.listeners, frames: 0, errors: [] });
});

it('is there once, and connected, after each edit of the component that has it, and leaves nothing', async () => {
  const edited = await openPage('refresh.html');
  const isThere = (label: string): Promise<unknown> => edited.waitForFunction((shown) => {
    const { canvases, contexts, audio, sockets } = reactPage.left();
    return document.querySelector(`[aria-label="${shown}"] canvas`) !== null && document.querySelector('[data-state="ready connected"]') !== null
      && [canvases, contexts, audio, sockets].every((count) => count === 1);
  }, label);
  await edited.waitForFunction(() => globalThis.refreshPage !== undefined);
  await edited.evaluate((url) => refreshPage.start(url), relayUrl);
  await isThere('First');
  // The first to come with a signature, one with the same, and one with other hooks, for which React mounts it anew.
  for (const [label, hooks] of [['Second', 'a'], ['Third', 'a'], ['Fourth', 'b']] as const) {
    await edited.evaluate(([text, key]) => refreshPage.edit(text, key), [label, hooks] as const);
    await isThere(label);
  }
  await edited.evaluate(() => refreshPage.end());
  await edited.waitForFunction(() => Object.entries(reactPage.left()).every(([name, count]) => name === 'listeners' || count === 0));
  expect(await edited.evaluate(() => reactPage.errors)).toEqual([]);
  await edited.close();
}, 120_000);
