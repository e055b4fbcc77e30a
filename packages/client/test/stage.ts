import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { launchBrowser, serveWithVite, type ServedFolder } from '../../../test/browser.js';

/** `engine`: the client and a device that records, as `engine`. `rig`: the modules behind the view, as `renderModules`. */
export type PageName = 'engine' | 'rig';

/** The browser of a test file. */
export interface BrowserStage {
  readonly browser: Browser;
  /** Where the workspace is served, without a final slash. */
  readonly url: string;
  /** A new page in a context of its own, with its modules loaded. */
  open(name: PageName, options?: BrowserContextOptions): Promise<Page>;
}

/** The browser of a test file, and a page for each test. */
export interface Stage extends BrowserStage {
  readonly page: Page;
  /** What the page threw, or rejected with nobody there to catch it. */
  readonly thrown: readonly string[];
  /** The same and what it warned of, without the software renderer's messages about speed. */
  realProblems(): string[];
}

/** Registers the calling file's hooks: one browser with these flags, and the workspace served. */
export function useBrowser(flags: readonly string[] = []): BrowserStage {
  let browser: Browser | undefined;
  let server: ServedFolder | undefined;
  beforeAll(async () => {
    browser = await launchBrowser(flags);
    server = await serveWithVite();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  return {
    get browser() { return browser!; },
    get url() { return server!.url; },
    open: async (name, options) => {
      const page = await browser!.newPage(options);
      await load(page, name, server!.url);
      return page;
    },
  };
}

/** As `useBrowser`, with a new page for each test. */
export function useStage(name: PageName, options?: BrowserContextOptions): Stage {
  const stage = useBrowser();
  const thrown: string[] = [];
  const warned: string[] = [];
  let page: Page;
  beforeEach(async () => {
    thrown.length = warned.length = 0;
    page = await stage.browser.newPage(options);
    page.on('pageerror', (error) => thrown.push(error.message));
    page.on('console', (line) => { if (line.type() === 'error' || line.type() === 'warning') warned.push(line.text()); });
    await load(page, name, stage.url);
  });
  afterEach(() => page.close());
  return {
    get browser() { return stage.browser; },
    get url() { return stage.url; },
    open: stage.open,
    get page() { return page; },
    thrown,
    realProblems: () => [...thrown, ...warned].filter((line) => !/GPU stall|GL Driver Message/.test(line)),
  };
}

async function load(page: Page, name: PageName, url: string): Promise<void> {
  await page.goto(`${url}/packages/client/test/${name}/page/index.html`);
  await page.waitForSelector('html[data-ready]');
}
