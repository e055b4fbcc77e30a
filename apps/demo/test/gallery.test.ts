import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../../test/browser.js';
import { startStack, type Stack } from './stack.js';

const glb = readFileSync(new URL('../../../avatars/ava/avatar.glb', import.meta.url));

let stack: Stack;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  page = await browser.newPage({ viewport: { width: 900, height: 560 } });
  page.setDefaultTimeout(120_000);
  page.on('pageerror', (error) => errors.push(error.message));
  // Drawn without WebGL, so quickly.
  await page.goto(`${stack.url}/gallery.html?avatar=dot`);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

/** Drops files onto the page, as from a desktop. */
async function drop(files: readonly { name: string; bytes: Buffer }[]): Promise<void> {
  await page.evaluate((dropped) => {
    const data = new DataTransfer();
    for (const { name, base64 } of dropped) data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
    dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
  }, files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') })));
}

/** The cards that are marked as chosen. */
async function pressed(): Promise<(string | null)[]> {
  return page.$$eval('.card[aria-pressed="true"] span', (spans) => spans.map((span) => span.firstChild!.textContent));
}

describe('the gallery', () => {
  it('lists what the backend serves and shows the one that is asked for', async () => {
    await page.waitForSelector('.visavis-panel');
    expect(await pressed()).toEqual(['Dot']);
    expect(await page.locator('.card:not(.own)').count()).toBeGreaterThan(0);
    expect(await page.locator('#stage canvas').count()).toBe(1);
  });

  it('gives the code to embed what is shown', async () => {
    await page.click('#embed-open');
    const id = new URL(page.url()).searchParams.get('avatar');
    expect(await page.textContent('#embed-code')).toContain(`load('${id}')`);
    await page.keyboard.press('Escape');
  });

  it('shows the face, what it says and what moves it together, however small the screen', async () => {
    for (const [width, height] of [[1280, 720], [390, 844], [360, 640], [844, 390]] as const) {
      await page.setViewportSize({ width, height });
      const boxes = await page.evaluate(() => ['#stage', '#speak', '#interrupt', '#text', '.visavis-panel'].map((selector) => {
        const { left, right, top, bottom } = document.querySelector(selector)!.getBoundingClientRect();
        return { selector, left, right, top, bottom, height: bottom - top };
      }));
      const where = `${width} x ${height}: ${JSON.stringify(boxes)}`;
      const [stage, ...controls] = boxes;
      expect(stage!.height, where).toBeGreaterThan(height * 0.3);
      for (const { selector, left, right, top, bottom } of controls) {
        expect(left >= 0 && right <= width && top >= 0, where).toBe(true);
        // The panel scrolls in itself; a hand's breadth of it is in sight.
        expect(selector === '.visavis-panel' ? top + 100 : bottom, where).toBeLessThanOrEqual(height);
      }
      expect(await page.evaluate(() => document.documentElement.scrollHeight > innerHeight), where).toBe(false);
    }
    await page.setViewportSize({ width: 900, height: 560 });
  });

  it('says what is typed', async () => {
    await page.fill('#text', 'Here I am.');
    await page.click('#speak');
    await page.waitForFunction(() => document.getElementById('caption')!.textContent!.includes('Here I am.'), undefined, { polling: 20 });
    await page.waitForFunction(() => (document.getElementById('interrupt') as HTMLButtonElement).disabled);
  });

  it('marks what is seen where another does not come', async () => {
    await page.route('**/avatars/leo/**', (route) => route.abort());
    await page.click('.card:has-text("Leo")');
    await page.waitForFunction(() => !document.getElementById('notice')!.hidden);
    expect(await pressed()).toEqual(['Dot']);
    expect(await page.locator('#stage canvas').count()).toBe(1);
  });

  it('says what is wrong with a file, keeps the avatar that is there, and takes the next', async () => {
    await drop([{ name: 'notes.glb', bytes: Buffer.from('not a model') }]);
    await page.waitForFunction(() => document.getElementById('notice')!.textContent!.includes('cannot be used as an avatar'));
    expect(await page.locator('#stage canvas').count()).toBe(1);
    await drop([{ name: 'my-head.glb', bytes: glb }]);
    await page.waitForFunction(() => document.querySelectorAll('.card[aria-pressed="true"]').length === 0);
    await page.click('#embed-open');
    expect(await page.textContent('#embed-note')).toContain('avatar pack my-head.glb');
    expect(errors).toEqual([]);
  });
});
