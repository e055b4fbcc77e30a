import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../../test/browser.js';
import { startBrain, type RecordedBrain } from './recorded-brain.js';
import { openPage, waitFor, waitForState } from './recording.js';
import { startRefusingProvider, type RefusingProvider } from './refusing-provider.js';
import { startStack, type Stack } from './stack.js';

const LONG = 'This is a rather long sentence that goes on and on, and then goes on some more, so that there is time to cut in.';

/** The page without a mouse and without eyes: everything has a role and a name, and is reached and used by keys. */
describe('the page by keyboard', () => {
  let browser: Browser;
  let brain: RecordedBrain;
  let hearing: RefusingProvider;
  let stack: Stack;
  let page: Page;

  beforeAll(async () => {
    [brain, hearing] = await Promise.all([startBrain(), startRefusingProvider()]);
    [stack, browser] = await Promise.all([
      // A recogniser that nobody speaks to: without one there is no Talk button to press.
      startStack({ env: { ...hearing.env, ...brain.env } }),
      launchBrowser(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']),
    ]);
    page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    await openPage(page, stack.url, 'dot');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    brain?.close();
    hearing?.close();
  });

  const focused = (): Promise<string> => page.evaluate(() => {
    const element = document.activeElement as HTMLElement & { labels?: NodeListOf<HTMLLabelElement> };
    return (element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? document.getElementById(element.getAttribute('aria-labelledby') ?? '')?.textContent ?? element.textContent ?? '').trim();
  });
  const tabTo = async (name: string): Promise<void> => {
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press('Tab');
      if (await focused() === name) return;
    }
    throw new Error(`Tab does not lead to ${name}`);
  };

  it('goes through everything in the order in which it is read', async () => {
    const names: string[] = [];
    do {
      await page.keyboard.press('Tab');
      names.push(await focused());
    } while (names.at(-1) !== 'Send' && names.length < 30);
    expect(names).toEqual([
      'Avatars', 'Settings', 'Open mic', 'Talk', 'Conversation', 'Conversation',
      'What is Visavis?', 'How do I bring my own avatar?', 'What if I interrupt you?', 'Play a recording', 'Your message', 'Send',
    ]);
  });

  it('tells a screen reader what there is', async () => {
    const tree = await page.locator('body').ariaSnapshot();
    for (const line of [
      'heading "Visavis"', 'link "Avatars"', 'button "Settings"', 'region "The avatar"', 'region "Talk to the avatar"',
      'radiogroup "How the microphone listens"', 'radio "Open mic" [checked]', 'radio "Hold to talk"', 'button "Talk"', 'button "Stop" [disabled]',
      'meter "Microphone level"', 'region "The conversation"', 'tablist "Conversation and timing"', 'tab "Conversation" [selected]', 'tab "Timing"',
      'log "What was said"', 'textbox "Your message"', 'button "Send"',
    ]) expect(tree).toContain(line);
  });

  it('says by Enter, and is silent by Escape', async () => {
    await page.getByRole('textbox', { name: 'Your message' }).focus();
    await page.keyboard.type(`/say ${LONG}`);
    await page.keyboard.press('Enter');
    await waitForState(page, 'playing');
    await page.keyboard.press('Escape');
    await waitForState(page, 'idle');
    await waitFor(page, () => document.querySelector('#transcript .avatar.cut') !== null);
    expect(await focused()).toBe('Your message');
  }, 60_000);

  it('has all of its head on the narrowest phones', async () => {
    const before = page.viewportSize()!;
    for (const width of [320, 340, 390]) {
      await page.setViewportSize({ width, height: 640 });
      const widest = await page.$$eval('.top > *', (parts) => Math.max(...parts.map((part) => part.getBoundingClientRect().right)));
      expect(widest).toBeLessThanOrEqual(width);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
    await page.setViewportSize(before);
  });

  it('opens the timing by arrow keys', async () => {
    await page.getByRole('tab', { name: 'Conversation' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('Timing');
    expect(await page.getByRole('tabpanel', { name: 'Timing' }).isVisible()).toBe(true);
    await page.keyboard.press('Home');
    expect(await page.getByRole('tabpanel', { name: 'Conversation' }).isVisible()).toBe(true);
  });

  it('opens and leaves the settings, where each has a name, and comes back to where it was', async () => {
    await page.getByRole('button', { name: 'Settings' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    for (const name of ['Avatar', 'Voice', 'Speech recognition', 'Answers by', 'Microphone', 'Picture']) {
      expect(await dialog.getByRole('combobox', { name, exact: true }).count(), name).toBe(1);
    }
    expect(await dialog.getByRole('slider', { name: 'Volume' }).count()).toBe(1);
    expect(await dialog.getByRole('checkbox', { name: 'Captions' }).isChecked()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await dialog.isVisible()).toBe(false);
    expect(await focused()).toBe('Settings');
  });

  it('talks by holding Space, and mutes by Enter', async () => {
    await page.getByRole('radio', { name: 'Open mic' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.down('Space');
    await waitFor(page, () => document.getElementById('talk-label')!.textContent === 'Let go to send' && document.getElementById('talk')!.dataset['state'] === 'on');
    await page.keyboard.up('Space');
    expect(await page.textContent('#talk-label')).toBe('Hold to talk');
    await page.getByRole('radio', { name: 'Hold to talk' }).focus();
    await page.keyboard.press('ArrowLeft');
    await tabTo('Mute');
    await page.keyboard.press('Enter');
    await waitFor(page, () => document.getElementById('talk')!.getAttribute('aria-pressed') === 'false');
    expect(await focused()).toBe('Talk');
  }, 60_000);
});
