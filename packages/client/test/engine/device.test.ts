import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, serveWithVite, type ServedFolder } from '../../../../test/browser.js';
import type {} from './page/page.js';

let browser: Browser;
let server: ServedFolder;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  server = await serveWithVite();
  page = await browser.newPage();
  await page.goto(`${server.url}/packages/client/test/engine/page/index.html`);
  await page.waitForSelector('html[data-ready]');
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

it('a device that has all it takes is supported, and scored: software rendering low', async () => {
  const seen = await page.evaluate(() => ({ supported: engine.client.AvatarSDK.isDeviceSupported(), ...engine.client.AvatarSDK.deviceScore() }));
  expect(seen).toMatchObject({ supported: true, gpuScore: 15 });
  expect(seen.cpuScore).toBeGreaterThan(0);
  expect(seen.cpuScore).toBeLessThanOrEqual(100);
});

it.each(['AudioWorkletNode', 'WebAssembly'] as const)('a device without %s is not', async (missing) => {
  expect(await page.evaluate((name) => {
    const kept = globalThis[name];
    Reflect.deleteProperty(globalThis, name);
    const supported = engine.client.AvatarSDK.isDeviceSupported();
    Object.assign(globalThis, { [name]: kept });
    return supported;
  }, missing)).toBe(false);
});

it('a device without WebGL is not, and its score says so', async () => {
  const seen = await page.evaluate(() => {
    const real = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = () => null;
    const { AvatarSDK } = engine.client;
    const told = { supported: AvatarSDK.isDeviceSupported(), gpuScore: AvatarSDK.deviceScore().gpuScore };
    HTMLCanvasElement.prototype.getContext = real;
    return told;
  });
  expect(seen).toEqual({ supported: false, gpuScore: 0 });
});
