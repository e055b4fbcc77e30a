import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../../test/browser.js';
import { loudnessOf, type Loudness } from './loudness.js';
import { newSmallPage, openPage, record, recorded, say, waitFor, waitForState, type Applied } from './recording.js';
import { startStack, type Stack } from './stack.js';

const SENTENCE = 'Far away, the large dark car parked.';
const LONG = 'This is a rather long sentence that goes on and on, and then goes on some more, so that there is time to cut in. '
  + 'And here is another one, in case the machine that runs this is slow to draw, which it may well be.';

describe('the whole path: text to a speaking avatar', () => {
  let browser: Browser;
  let stack: Stack;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
    stack = await startStack();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });
  beforeEach(async () => {
    problems.length = 0;
    page = await newSmallPage(browser);
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => { if (message.text().includes('Content Security Policy')) problems.push(message.text()); });
    await openPage(page, stack.url);
  });
  afterEach(async () => {
    await page.close();
    expect(problems).toEqual([]);
  });

  it('tells that the avatar is on its way until it is seen', { timeout: 120_000 }, async () => {
    await page.close();
    const fresh = await newSmallPage(browser);
    fresh.setDefaultTimeout(100_000);
    await fresh.goto(`${stack.url}/?quality=low`);
    // Its picture takes seconds in software; by the bar's end it has been drawn.
    await waitFor(fresh, () => document.querySelector('#progress:not([hidden]).busy') !== null);
    await waitFor(fresh, () => document.querySelector('#progress[hidden]') !== null);
    expect(await fresh.evaluate(() => globalThis.visavis.getBoundingRect() !== undefined)).toBe(true);
    await fresh.close();
  });

  it('opens the mouth while there is energy and closes it within 150 ms after', async () => {
    const loudness: Loudness = await loudnessOf(SENTENCE);
    await record(page);
    let loud: Applied[] = [];
    let after: Applied[] = [];
    // Again until the renderer, however slow, has sampled enough of the sentence.
    for (let round = 0; round < 12 && loud.length < 15; round++) {
      await say(page, SENTENCE);
      await waitForState(page, 'playing');
      await waitForState(page, 'idle');
      await waitFor(page, (restMs) => globalThis.recording.some(({ timeMs }) => timeMs > restMs), loudness.endMs + 150);
      const log = await recorded(page);
      loud = log.filter(({ state, timeMs }) => state === 'playing' && loudness.isLoudAround(timeMs));
      after = log.filter(({ timeMs }) => timeMs > loudness.endMs + 150);
    }
    expect(loud.length).toBeGreaterThanOrEqual(15);
    expect(after.length).toBeGreaterThan(0);
    expect(Math.max(...loud.map(({ opening }) => opening))).toBeGreaterThan(0.2);
    expect(mean(loud.map(({ opening }) => opening))).toBeGreaterThan(0.1);
    expect(Math.max(...after.map(({ strongest }) => strongest))).toBeLessThan(0.05);
  }, 120_000);

  it('returns to rest on interrupt and applies no pose of the cut utterance', async () => {
    await record(page);
    await say(page, LONG);
    await waitFor(page, () => globalThis.recording.some(({ opening }) => opening > 0.1));
    await page.evaluate(() => globalThis.visavis.controller.interrupt());
    await waitFor(page, () => globalThis.recording.filter(({ interrupts, sinceCutMs }) => interrupts === 1 && sinceCutMs > 1_500).length > 2);
    const log = await recorded(page);
    const after = log.filter(({ interrupts }) => interrupts === 1);
    expect(log.some(({ interrupts, isSampled }) => interrupts === 0 && isSampled)).toBe(true);
    expect(after.filter(({ state, isSampled }) => state !== 'idle' || isSampled)).toEqual([]);
    // Only the client's own easing is left, at most 200 ms of it; then the mouth stays at rest.
    expect(Math.max(...after.filter(({ sinceCutMs }) => sinceCutMs > 250).map(({ strongest }) => strongest))).toBeLessThan(0.05);
  }, 60_000);

  it('can be interrupted from the wish on, and not once it is idle', async () => {
    expect(await page.isDisabled('#interrupt')).toBe(true);
    await say(page, LONG);
    expect(await page.isDisabled('#interrupt')).toBe(false);
    await page.press('#text', 'Escape');
    await waitFor(page, () => (document.getElementById('interrupt') as HTMLButtonElement).disabled);
    await say(page, '你好');
    await waitFor(page, () => document.getElementById('notice')!.textContent!.includes('no sound'));
    expect(await page.isDisabled('#interrupt')).toBe(true);
  }, 60_000);

  it('says the newest of two hundred wishes', async () => {
    await page.evaluate(() => {
      for (let i = 0; i < 199; i++) globalThis.visavis.controller.sendText(`/say Wish number ${i}.`);
      globalThis.visavis.controller.sendText('/say The newest wish.');
    });
    await waitFor(page, () => document.getElementById('caption')!.textContent!.includes('newest'));
    expect(await page.isHidden('#notice')).toBe(true);
  }, 60_000);

  it('says the next thing after an interrupt, and captions what is said', async () => {
    await say(page, LONG);
    await waitForState(page, 'playing');
    await page.click('#interrupt');
    await waitForState(page, 'idle');
    await say(page, 'Another one.');
    await waitFor(page, () => document.getElementById('caption')!.textContent!.includes('Another one.'));
    await waitForState(page, 'idle');
    expect(await page.textContent('#caption')).toBe('');
  }, 60_000);

  it('plays the recorded sample', async () => {
    await page.click('#sample');
    await waitFor(page, () => document.getElementById('caption')!.textContent!.includes('Dashwood'));
    await waitFor(page, () => globalThis.visavis.controller.stats().avOffsetMs !== undefined);
    const { avOffsetMs } = await page.evaluate(() => globalThis.visavis.controller.stats());
    expect(Math.abs(avOffsetMs ?? Infinity)).toBeLessThan(50);
    expect(await page.textContent('#link')).toBe('connected');
  }, 60_000);

  it('survives a reload in mid-sentence, and keeps two tabs apart', async () => {
    await say(page, LONG);
    await waitForState(page, 'playing');
    await openPage(page, stack.url);
    const other = await newSmallPage(browser);
    await openPage(other, stack.url);
    await say(page, SENTENCE);
    await waitForState(page, 'playing');
    expect(await other.evaluate(() => globalThis.visavis.controller.conversationState)).toBe('idle');
    await waitForState(page, 'idle');
    await other.close();
  }, 60_000);
});

describe('a backend that restarts', () => {
  it('is found again by the page, which then speaks', async () => {
    const browser = await launchBrowser();
    let stack = await startStack();
    try {
      const page = await newSmallPage(browser);
      await openPage(page, stack.url);
      await say(page, LONG);
      await waitForState(page, 'playing');
      await stack.stop('SIGKILL');
      await waitFor(page, () => globalThis.visavis.controller.connectionState !== 'connected');
      stack = await startStack({ port: stack.port });
      await waitFor(page, () => globalThis.visavis.controller.connectionState === 'connected');
      await say(page, SENTENCE);
      await waitForState(page, 'playing');
    } finally {
      await browser.close();
      await stack.stop();
    }
  }, 90_000);
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
