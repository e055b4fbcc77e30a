import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { PlaybackResult } from '@visavis/client';
import { CutProxy } from '@visavis/server-sdk/test';
import { launchBrowser } from '../../../test/browser.js';
import { newSmallPage, openPage, say, waitFor, waitForState } from './recording.js';
import { startStack } from './stack.js';

const TEXT = 'This is a rather long sentence that goes on and on, and then goes on some more, so that there is time to lose the line.';
/** Of the first connection: its handshake and a second or two of speech pass, then nothing does until it is cut. */
const PASSED_BYTES = 8_000;

declare global {
  var results: PlaybackResult[];
}

/** Says the text and resolves when it has been played, with every report of it. */
async function spoken(page: Page, meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<PlaybackResult[]> {
  await page.evaluate(() => {
    globalThis.results = [];
    globalThis.visavis.controller.onPlaybackFinished = (result) => { globalThis.results.push(result); };
  });
  await say(page, TEXT);
  await waitForState(page, 'playing');
  await meanwhile();
  await waitFor(page, () => globalThis.results.length > 0);
  await waitForState(page, 'idle');
  return page.evaluate(() => globalThis.results);
}

it('a line that breaks in mid-sentence costs nothing of the sentence', async () => {
  const browser = await launchBrowser();
  const stack = await startStack();
  const proxy = await CutProxy.start(stack.port, '/relay', (n) => (n === 0 ? { downBytes: PASSED_BYTES, then: 'hold' } : {}));
  try {
    const page = await newSmallPage(browser);
    await openPage(page, stack.url);
    const [uncut] = await spoken(page);
    await openPage(page, `http://127.0.0.1:${proxy.port}`);
    const results = await spoken(page, async () => {
      await proxy.faults.count(1);
      proxy.cut();
      await waitFor(page, () => globalThis.visavis.controller.connectionState === 'connecting');
    });
    expect(results).toMatchObject([{ interrupted: false }]);
    // A real output reports to within a block of its own.
    expect(Math.abs(results[0]!.playedMs - uncut!.playedMs)).toBeLessThan(300);
    expect(await page.textContent('#link')).toBe('connected');
  } finally {
    await browser.close();
    await proxy.stop();
    await stack.stop();
  }
}, 180_000);
