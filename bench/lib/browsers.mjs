import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const load = async (file) => (await runnerImport(fileURLToPath(new URL(`../../test/${file}`, import.meta.url)))).module;

/**
 * A server of the workspace's pages, and a browser: `chromium` by Playwright, `firefox` by Puppeteer. Pages of both have what
 * benches call: `evaluate` with one argument, `exposeFunction`, `goto`, `waitForSelector`, `close`.
 */
export async function openBrowser(name) {
  const { serveWithVite, launchBrowser } = await load('browser.ts');
  const launch = name === 'firefox' ? (await load('firefox.ts')).launchFirefox : launchBrowser;
  const pages = await serveWithVite();
  const browser = await launch();
  return { pages, browser, version: await browser.version() };
}
