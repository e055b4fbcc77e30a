import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, REPOSITORY_ROOT } from '../../../test/browser.js';

const BUNDLE = join(REPOSITORY_ROOT, 'packages/client/dist/browser');
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.json': 'application/json', '.html': 'text/html' };

let browser: Browser;
let server: Server;

/** The page of the README, as it stands there. */
function readmePage(): string {
  const [, page] = /```html\n(.*?)```/s.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8'))!;
  return `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${page!.replace('new AvatarView(', 'globalThis.view = new AvatarView(')}`;
}

/** Files as they are, the bundle as /visavis/, avatars as /avatars/; nothing is compiled. */
function fileOf(path: string): Buffer | string | undefined {
  if (path === '/') return readmePage();
  const file = path.startsWith('/visavis/') ? join(BUNDLE, path.slice('/visavis'.length)) : join(REPOSITORY_ROOT, path);
  return existsSync(file) ? readFileSync(file) : undefined;
}

beforeAll(async () => {
  if (!existsSync(join(BUNDLE, 'visavis.js'))) throw new Error('packages/client/dist/browser is not built: run "npm run build"');
  server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://host');
    const body = fileOf(pathname);
    response.writeHead(body ? 200 : 404, { 'content-type': TYPES[extname(pathname) || '.html'] ?? 'application/octet-stream' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

it('shows an avatar from a plain server, with the page of the README', async () => {
  const page = await browser.newPage({ viewport: { width: 96, height: 128 } });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.addStyleTag({ content: '#stage { width: 96px !important; height: 128px !important }' });
  await page.waitForFunction(() => 'view' in globalThis);
  const bytes = await page.evaluate(async () => {
    const { view } = globalThis as unknown as { view: { getBoundingRect(): unknown; exportBitmap(): Promise<Blob | null> } };
    while (!view.getBoundingRect()) await new Promise((resolve) => setTimeout(resolve, 20));
    return (await view.exportBitmap())?.size ?? 0;
  });
  expect(problems).toEqual([]);
  // A picture of one colour is a few hundred bytes.
  expect(bytes).toBeGreaterThan(4_000);
}, 120_000);
