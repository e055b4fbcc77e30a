import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { launchBrowser, serveWithVite, type ServedFolder } from '../../../../test/browser.js';

/** What a test has of its page. */
export interface Stage {
  readonly page: Page;
  /** What the page threw or warned of, without the software renderer's messages about speed. */
  realProblems(): string[];
}

/** Registers the calling file's hooks: one browser, and for each test a page of so many CSS pixels with the client's modules. */
export function useStage(viewport: { readonly width: number; readonly height: number }): Stage {
  let browser: Browser | undefined;
  let server: ServedFolder | undefined;
  let page: Page;
  const problems: string[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
    server = await serveWithVite();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  beforeEach(async () => {
    problems.length = 0;
    page = await browser!.newPage({ viewport });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (line) => { if (line.type() === 'error' || line.type() === 'warning') problems.push(line.text()); });
    await page.goto(`${server!.url}/packages/client/test/rig/page/index.html`);
    await page.waitForSelector('html[data-ready]');
  });
  afterEach(() => page.close());
  return {
    get page() { return page; },
    realProblems: () => problems.filter((line) => !/GPU stall|GL Driver Message/.test(line)),
  };
}
