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
  await page.goto(`${stack.url}/gallery.html`);
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

describe('the gallery', () => {
  it('lists what the backend serves and shows the first', async () => {
    await page.waitForSelector('.card[aria-pressed="true"]');
    expect(await page.locator('.card:not(.own)').count()).toBeGreaterThan(0);
    await page.waitForSelector('#stage canvas');
    await page.waitForSelector('.visavis-panel');
  });

  it('gives the code to embed what is shown', async () => {
    await page.click('#embed-open');
    const id = new URL(page.url()).searchParams.get('avatar');
    expect(await page.textContent('#embed-code')).toContain(`load('${id}')`);
    await page.keyboard.press('Escape');
  });

  it('says what is wrong with a file, keeps the avatar that is there, and takes the next', async () => {
    await drop([{ name: 'notes.glb', bytes: Buffer.from('not a model') }]);
    await page.waitForFunction(() => !document.getElementById('notice')!.hidden);
    expect(await page.textContent('#notice')).toContain('cannot be used as an avatar');
    expect(await page.locator('#stage canvas').count()).toBe(1);
    await drop([{ name: 'my-head.glb', bytes: glb }]);
    await page.waitForFunction(() => document.querySelectorAll('.card[aria-pressed="true"]').length === 0);
    await page.click('#embed-open');
    expect(await page.textContent('#embed-note')).toContain('avatar pack my-head.glb');
    expect(errors).toEqual([]);
  });
});
