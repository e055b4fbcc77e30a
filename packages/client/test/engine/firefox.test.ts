import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CHANNEL, createPose, MASK } from '@visavis/face';
import { encodeEnvelope } from '@visavis/protocol/ingress';
import { encodeMotion } from '@visavis/protocol/motion';
import { createRelay, type Relay } from '@visavis/server-sdk';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveWithVite, type ServedFolder } from '../../../../test/browser.js';
import { firefoxMissing, launchFirefox } from '../../../../test/firefox.js';
import { bestLag, encodeOpus, opusEnvelopes, speechLike } from './opus-fixture.js';
import type {} from './page/page.js';

const SPEECH_MS = 1_500;
const FPS = 30;
const samples = speechLike(SPEECH_MS);
const audio = opusEnvelopes(encodeOpus(samples), samples.length);

/** The jaw tells the time: from 0.1 at the start to 0.9 at the end. */
const motion = encodeEnvelope('serverResponseAnimation', {
  connectionId: 'c', reqId: 'r', end: true,
  motion: encodeMotion({
    fps: FPS, firstFrame: 0, mask: MASK.speech,
    poses: Array.from({ length: (SPEECH_MS * FPS) / 1000 }, (_, i) => {
      const pose = createPose();
      pose.values[CHANNEL.jawOpen] = 0.1 + (0.8 * i * 1000) / FPS / SPEECH_MS;
      return pose;
    }),
  }),
});
/** A step of the codec, a frame that is behind, and Firefox's clock, which is whole milliseconds. */
const TOLERANCE_MS = 40;

let browser: Browser;
let pages: ServedFolder;
let http: Server;
let relay: Relay;
let page: Page;
const problems: string[] = [];

/** A backend that answers any text with the utterance, in Opus. */
async function startBackend(): Promise<void> {
  http = createServer();
  await new Promise<void>((resolve) => { http.listen(0, '127.0.0.1', resolve); });
  relay = createRelay({ manifestUrl: () => '/avatars/ava/avatar.json', allowedOrigins: [pages.url] });
  relay.attach(http, '/relay');
  relay.onClient((client) => {
    const said = { kind: 'envelope', connectionId: 'c', interrupted: false } as const;
    client.onText((reqId) => {
      audio.forEach((bytes, i) => { client.sendAudio({ ...said, reqId, bytes, hasAudio: true, end: i === audio.length - 1 }); });
      client.sendMotion({ ...said, reqId, bytes: motion, hasAudio: false, end: true });
    });
    client.onInterrupt(() => { client.flush(); });
  });
}

describe.skipIf(firefoxMissing)(`the client in Firefox${firefoxMissing ? ` (skipped: ${firefoxMissing})` : ''}`, { timeout: 60_000 }, () => {
  beforeAll(async () => {
    pages = await serveWithVite();
    await startBackend();
    browser = await launchFirefox();
  });

  afterAll(async () => {
    await browser?.close();
    await pages?.close();
    await relay?.dispose();
    http?.close();
  });

  beforeEach(async () => {
    problems.length = 0;
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(`${pages.url}/packages/client/test/engine/page/index.html`);
    await page.waitForSelector('html[data-ready]');
  });

  afterEach(async () => {
    await page.close();
    expect(problems).toEqual([]);
  });

  const ticket = (): { url: string; ticket: string } => {
    const { port } = http.address() as AddressInfo;
    return { url: `ws://127.0.0.1:${port}/relay`, ticket: relay.tickets.issue({ avatarId: 'ava' }).ticket };
  };

  it('hears Opus from the relay whole and in place, and shows the pose of what is heard', async () => {
    const seen = await page.evaluate(async (given) => {
      const { RecordingDevice, client } = engine;
      const device = new RecordingDevice({ sampleRate: 48_000 });
      const controller = new client.AvatarController({ output: new client.WorkletOutput(device) });
      const errors: string[] = [];
      controller.onError = ({ code, message }) => errors.push(`${code}: ${message}`);
      const finished = new Promise<{ playedMs: number; interrupted: boolean }>((resolve) => { controller.onPlaybackFinished = resolve; });
      await controller.initializeAudioContext();
      await controller.connect(new client.WebSocketTransport({ getTicket: () => Promise.resolve(given), avatarId: 'ava' }));
      controller.sendText('say it');
      const shown: { jaw: number; heardMs: number }[] = [];
      const look = (): void => {
        const pose = controller.poseAt(performance.now());
        if (controller.conversationState === 'playing') shown.push({ jaw: pose.weights[17]!, heardMs: controller.getAudioTime() });
        requestAnimationFrame(look);
      };
      look();
      const { playedMs, interrupted } = await finished;
      const { length } = device.heard;
      await device.until((all) => all.length > length + 4_800);
      controller.dispose();
      // As one text: WebDriver BiDi wraps each number, and a hundred thousand of them take half a minute.
      const heard = Array.from(device.heard, (sample) => Math.round(sample * 32_767)).join();
      return { heard, playedMs, interrupted, shown, errors, native: typeof AudioDecoder };
    }, ticket());
    expect(seen.errors).toEqual([]);
    expect(seen).toMatchObject({ interrupted: false, native: 'function' });
    expect(seen.playedMs).toBeCloseTo(SPEECH_MS, 0);
    const heard = seen.heard.split(',').map((sample) => Number(sample) / 32_767);
    expect(bestLag(samples, heard).correlation).toBeGreaterThan(0.97);
    // In between the mouth has come in and does not yet go out.
    const steady = seen.shown.filter(({ heardMs }) => heardMs > 200 && heardMs < SPEECH_MS - 100);
    expect(steady.length).toBeGreaterThan(20);
    const offMs = steady.map(({ jaw, heardMs }) => ((jaw - 0.1) / 0.8) * SPEECH_MS - heardMs);
    expect(Math.max(...offMs.map(Math.abs))).toBeLessThan(TOLERANCE_MS);
  });

  it('is silent and at rest after an interrupt, and speaks again', async () => {
    const seen = await page.evaluate(async (given) => {
      const { RecordingDevice, client } = engine;
      const device = new RecordingDevice({ sampleRate: 48_000 });
      const controller = new client.AvatarController({ output: new client.WorkletOutput(device) });
      const finished: { playedMs: number; interrupted: boolean }[] = [];
      let notify = (): void => undefined;
      controller.onPlaybackFinished = (result) => {
        finished.push(result);
        notify();
      };
      await controller.initializeAudioContext();
      await controller.connect(new client.WebSocketTransport({ getTicket: () => Promise.resolve(given), avatarId: 'ava' }));
      controller.sendText('first');
      await device.until((heard) => heard.length > 24_000);
      controller.interrupt();
      const { length } = device.heard;
      await device.until((heard) => heard.length > length + 24_000);
      const after = device.heard.slice(length + 9_600, length + 24_000);
      const { weights } = controller.poseAt(performance.now());
      const rested = new Promise<number>((resolve) => { setTimeout(() => { resolve(controller.poseAt(performance.now()).weights[17]!); }, 300); });
      const jaw = [weights[17]!, await rested];
      const again = new Promise<void>((resolve) => { notify = resolve; });
      controller.sendText('second');
      await again;
      controller.dispose();
      return { loudestAfter: Math.max(...after.map(Math.abs)), jaw: jaw.at(-1)!, finished };
    }, ticket());
    expect(seen.loudestAfter).toBe(0);
    expect(seen.jaw).toBeLessThan(0.05);
    expect(seen.finished.map(({ interrupted }) => interrupted)).toEqual([true, false]);
    expect(seen.finished[0]!.playedMs).toBeLessThan(SPEECH_MS);
    expect(seen.finished[1]!.playedMs).toBeCloseTo(SPEECH_MS, 0);
  });

  it('shows the avatar’s small picture where there is no WebGL, says so, and goes on asking for poses', async () => {
    const seen = await page.evaluate(async () => {
      const { client } = engine;
      const avatar = await new client.AvatarManager({ baseUrl: '/avatars/' }).load('ava');
      const container = document.getElementById('view')!;
      HTMLCanvasElement.prototype.getContext = () => null;
      const view = new client.AvatarView(avatar, container, { quality: 'low' });
      const code = await new Promise<string>((resolve) => { view.onError = (error) => { resolve(error.code); }; });
      const picture = container.querySelector('img')!;
      await picture.decode();
      const asked = new Promise<void>((resolve) => {
        const poseAt = view.controller.poseAt.bind(view.controller);
        view.controller.poseAt = (nowMs) => {
          resolve();
          return poseAt(nowMs);
        };
      });
      await asked;
      const { naturalWidth } = picture;
      view.dispose();
      return { code, naturalWidth, left: container.childElementCount };
    });
    expect(seen).toMatchObject({ code: 'renderingUnavailable', left: 0 });
    expect(seen.naturalWidth).toBeGreaterThan(0);
  });
});
