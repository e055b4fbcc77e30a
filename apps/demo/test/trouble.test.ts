import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../../test/browser.js';
import { ask, openPage, say, waitFor } from './recording.js';
import { startRefusingProvider, type RefusingProvider } from './refusing-provider.js';
import { startStack, type Stack } from './stack.js';
import { intoMicrophone, readAloud } from './voice-of-a-person.js';

/** What goes wrong is said on the page with what to do, and in the log once; typing goes on. */
describe('trouble', () => {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-trouble-'));
  const file = join(folder, 'microphone.wav');
  let browser: Browser;
  let deaf: Browser;
  let provider: RefusingProvider;
  let stack: Stack;
  let page: Page | undefined;
  const problems: string[] = [];

  beforeAll(async () => {
    intoMicrophone(file, readAloud(9));
    provider = await startRefusingProvider();
    [stack, browser, deaf] = await Promise.all([
      startStack({ env: provider.env }),
      launchBrowser(['--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${file}%noloop`]),
      launchBrowser(['--disable-audio-input']),
    ]);
  }, 120_000);
  afterEach(async () => {
    await page?.context().close();
    expect(problems).toEqual([]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), deaf?.close(), stack?.stop()]);
    provider?.close();
    rmSync(folder, { recursive: true });
  });

  const open = async (from: Browser, permissions: string[]): Promise<Page> => {
    const context = await from.newContext({ viewport: { width: 390, height: 700 }, permissions });
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    await page.addInitScript(keepStreams);
    await openPage(page, stack.url, 'dot');
    return page;
  };
  const logged = (text: string): number => stack.log().split('\n').filter((line) => line.includes(text)).length;
  const hint = (on: Page, text: string): Promise<void> => waitFor(on, (wanted) => document.getElementById('hint')!.textContent!.includes(wanted), text);
  const toast = (on: Page, text: string): Promise<void> => waitFor(on, (wanted) => document.getElementById('notice')!.textContent!.includes(wanted), text);
  const typingGoesOn = async (on: Page): Promise<void> => {
    await say(on, 'Typing goes on.');
    await waitFor(on, () => document.querySelector('#transcript .avatar.said')?.textContent?.includes('Typing goes on.') === true);
  };

  it('with a microphone that is denied', async () => {
    const denied = await open(browser, []);
    await denied.click('#talk');
    await hint(denied, 'The microphone is blocked for this page. Allow it by the icon beside the address');
    expect(await denied.getAttribute('#talk', 'data-state')).toBe('denied');
    await typingGoesOn(denied);
    expect(logged('microphoneDenied')).toBe(1);
  }, 60_000);

  it('with no microphone', async () => {
    const none = await open(deaf, ['microphone']);
    await none.click('#talk');
    await hint(none, 'No microphone was found. Connect one');
    await typingGoesOn(none);
    expect(logged('microphoneMissing')).toBe(1);
  }, 60_000);

  it('with a microphone that is unplugged while it listens, and one that is back', async () => {
    const cut = await open(browser, ['microphone']);
    await cut.click('#talk');
    await hint(cut, 'Speak whenever you like');
    await cut.evaluate(unplug);
    await hint(cut, 'The microphone was disconnected. Connect it');
    await toast(cut, 'The microphone was disconnected.');
    await typingGoesOn(cut);
    expect(logged('microphoneUnplugged')).toBe(1);
    await cut.click('#talk');
    await hint(cut, 'Speak whenever you like');
  }, 60_000);

  it('with a speech recognition that refuses the key', async () => {
    const talking = await open(browser, ['microphone']);
    const before = provider.asked.length;
    await talking.click('#talk');
    await toast(talking, 'Speech recognition refused the key (HTTP 401): check the provider\'s key');
    await talking.click('#talk');
    await typingGoesOn(talking);
    expect(provider.asked.slice(before)).toContain('/v1/audio/transcriptions');
    // Once each time that the person begins to speak anew.
    expect(logged('speech recognition refused the key')).toBeGreaterThan(0);
  }, 60_000);

  it('with a language model that refuses the key, until another is chosen', async () => {
    const asking = await open(browser, []);
    await ask(asking, 'What is Visavis?');
    await toast(asking, 'The language model refused the key (HTTP 401): check the provider\'s key');
    await waitFor(asking, () => document.getElementById('status')!.textContent === 'Ready');
    expect(logged('the language model refused the key')).toBe(1);
    await typingGoesOn(asking);
    await asking.click('#settings-open');
    await asking.selectOption('#set-llm', 'embedded');
    await asking.keyboard.press('Escape');
    await ask(asking, 'What is Visavis?');
    await waitFor(asking, () => document.querySelectorAll('#transcript .avatar.said').length > 1);
    expect(logged('the language model refused the key')).toBe(1);
  }, 60_000);
});

declare global {
  var streams: MediaStream[];
}

/** In the page, before its own scripts: keeps what its microphone gave. */
function keepStreams(): void {
  globalThis.streams = [];
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    globalThis.streams.push(stream);
    return stream;
  };
}

/** What a browser does with the tracks of a device that is gone. */
function unplug(): void {
  for (const track of globalThis.streams.flatMap((stream) => stream.getTracks())) {
    track.stop();
    track.dispatchEvent(new Event('ended'));
  }
}
