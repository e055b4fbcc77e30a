import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintViewerToken, joinRoom, type FinishedReport, type RoomStage } from '../src/node/index.js';
import { launchBrowser, ROOM_FLAGS, serveWithVite, type ServedFolder } from '../../../test/browser.js';
import { findLiveKitServer, KEYS, startLiveKitServer, type LiveKitServer } from '../../../test/livekit-server.js';
import { GRAIN_MS, loudness, until, type RoomPage } from './support.js';
import { say } from './speech.js';

const found = findLiveKitServer();
if ('missing' in found) process.stderr.write(`rooms are not tested: ${found.missing}\n`);

describe.skipIf('missing' in found)('an avatar in a room', () => {
  let server: LiveKitServer;
  let pages: ServedFolder;
  let browser: Browser;
  let stage: RoomStage;
  let page: Page & RoomPage;

  beforeAll(async () => {
    [server, pages, browser] = await Promise.all([startLiveKitServer(), serveWithVite(), launchBrowser(ROOM_FLAGS)]);
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.close();
    await server?.kill();
  });

  async function openPage(): Promise<Page> {
    const opened = await browser.newPage();
    await opened.goto(`${pages.url}/packages/livekit/test/page/index.html`);
    await opened.waitForSelector('html[data-ready]');
    return opened;
  }

  async function seat(room: string, identity: string): Promise<Page> {
    const opened = await openPage();
    const token = await mintViewerToken({ ...KEYS, room, identity });
    await opened.evaluate(([url, jwt]) => {
      globalThis.livekit.seat('a', { url: url!, token: jwt!, identity: 'ava' });
      globalThis.livekit.look('a');
      globalThis.livekit.listen('a');
    }, [server.url, token]);
    expect(await opened.evaluate(() => globalThis.livekit.connect('a'))).toBe('connected');
    return opened;
  }

  it('talks, hears what is typed, and says what was heard', async () => {
    stage = await joinRoom({ url: server.url, ...KEYS, room: 'talk', identity: 'ava' });
    const finished: FinishedReport[] = [];
    const texts: string[] = [];
    stage.onPlaybackFinished((report) => finished.push(report));
    stage.onText((text) => texts.push(text));
    page = await seat('talk', 'viewer') as Page & RoomPage;
    await page.evaluate(() => globalThis.livekit.of('a').controller.sendText('hello'));
    say(stage, 'one', 2_000);
    await until(() => finished.length > 0);
    expect(finished).toMatchObject([{ reqId: 'one', interrupted: false }]);
    expect(Math.abs(finished[0]!.playedMs - 2_000)).toBeLessThanOrEqual(GRAIN_MS);
    expect(texts).toEqual(['hello']);
    const notes = await page.evaluate(() => globalThis.livekit.take('a'));
    expect(notes.errors).toEqual([]);
    // The marker's mouth goes round: it was wide open in the middle of its way, and sound came with it.
    expect(Math.max(...notes.poses.map(([, jaw]) => jaw))).toBeGreaterThan(0.9);
    expect(loudness(notes)).toBeGreaterThan(0.03);
  });

  it('is silent where the page mutes it, and talks on meanwhile', async () => {
    const finished: FinishedReport[] = [];
    const leave = stage.onPlaybackFinished((report) => finished.push(report));
    await page.evaluate(() => { globalThis.livekit.of('a').controller.muted = true; });
    say(stage, 'muted', 1_000);
    await until(() => finished.length > 0);
    leave();
    const { blocks } = await page.evaluate(() => globalThis.livekit.take('a'));
    await page.evaluate(() => { globalThis.livekit.of('a').controller.muted = false; });
    const lastMuted = blocks.slice(-20).map(([, , muted]) => muted);
    expect(lastMuted).toEqual(lastMuted.map(() => 1));
    expect(finished).toMatchObject([{ reqId: 'muted', interrupted: false }]);
  });

  it('waits for a gesture where the browser wants one, and is heard after it', async () => {
    const token = await mintViewerToken({ ...KEYS, room: 'talk', identity: 'shy' });
    const states = await page.evaluate(async ([url, jwt]) => {
      const { play } = HTMLMediaElement.prototype;
      HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('no gesture yet', 'NotAllowedError'));
      globalThis.livekit.seat('shy', { url: url!, token: jwt!, identity: 'ava' });
      await globalThis.livekit.connect('shy');
      const { controller } = globalThis.livekit.of('shy');
      while (controller.audioState !== 'locked') await new Promise((resolve) => setTimeout(resolve, 20));
      const refused = await controller.initializeAudioContext();
      HTMLMediaElement.prototype.play = play;
      const unlocked = await controller.initializeAudioContext();
      globalThis.livekit.close('shy');
      return [refused, unlocked];
    }, [server.url, token]);
    expect(states).toEqual(['locked', 'running']);
  });

  it('falls silent at once when it is cut, and shows nothing of what was cut', async () => {
    const finished: { interrupted: boolean; playedMs: number }[] = [];
    stage.onPlaybackFinished((report) => finished.push(report));
    say(stage, 'two', 5_000);
    await until(async () => (await page.evaluate(() => globalThis.livekit.of('a').controller.getAudioTime())) > 500);
    const epoch = stage.flush();
    expect(epoch).toBe(stage.epoch);
    await until(() => finished.length > 0);
    expect(finished[0]!.interrupted).toBe(true);
    expect(finished[0]!.playedMs).toBeGreaterThan(300);
    expect(finished[0]!.playedMs).toBeLessThan(3_000);
    await until(async () => (await page.evaluate(() => globalThis.livekit.of('a').controller.conversationState)) === 'idle');
    await page.close();
    await stage.close();
    expect(stage.closed).toBe(true);
  });
});
