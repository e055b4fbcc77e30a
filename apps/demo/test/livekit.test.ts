import { expect, it } from 'vitest';
import type { PlaybackResult } from '@visavis/client';
import { launchBrowser, ROOM_FLAGS } from '../../../test/browser.js';
import { findLiveKitServer } from '../../../test/livekit-server.js';
import { newSmallPage, openPage, record, recorded, say, waitFor, waitForState } from './recording.js';
import { startStack } from './stack.js';

const found = findLiveKitServer();

it.skipIf('missing' in found)('the same page talks through a LiveKit room', { timeout: 120_000 }, async () => {
  const browser = await launchBrowser(ROOM_FLAGS);
  const stack = await startStack({ args: ['--voice', 'slt', '--transport', 'livekit'] });
  try {
    const page = await newSmallPage(browser);
    const opened = page.waitForResponse((response) => response.url().endsWith('/api/room'));
    await openPage(page, stack.url);
    expect(await (await opened).json()).toMatchObject({ url: expect.stringMatching(/^ws:/), identity: 'avatar' });
    await record(page);
    await waitFor(page, () => globalThis.recording.length > 0);
    await page.evaluate(() => {
      globalThis.results = [];
      globalThis.visavis.controller.onPlaybackFinished = (result: PlaybackResult) => { globalThis.results.push(result); };
    });
    await say(page, 'Big brown bears rarely buy apples before breakfast.');
    await waitForState(page, 'playing');
    await waitFor(page, () => globalThis.results.length > 0);
    expect(await page.evaluate(() => globalThis.results)).toMatchObject([{ interrupted: false }]);
    const spoken = (await recorded(page)).filter(({ state }) => state === 'playing');
    expect(spoken.length).toBeGreaterThan(3);
  } finally {
    await browser.close();
    await stack.stop();
  }
});
