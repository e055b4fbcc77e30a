import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, ROOM_FLAGS, serveWithVite, type ServedFolder } from '../browser.js';
import { findLiveKitServer, KEYS, startLiveKitServer, type LiveKitServer } from '../livekit-server.js';
import { makeShakenNamespace, type ShakenNamespace } from '../shaken-namespace.js';
import { joinRoom, mintViewerToken, type FinishedReport, type RoomStage } from '@visavis/livekit/node';
import { loudness, until, type Notes } from '../../packages/livekit/test/support.js';

/** 80 ms of jitter and 5 % of loss, both ways: what lies between the server, in its namespace, and everybody else. */
const NETEM = ['netem', 'delay', '40ms', '40ms', 'loss', '5%', 'limit', '10000'];
const RATE = 24_000;
const LONG_MS = 8_000;

interface Marker {
  markerPcm(sampleRate: number, ms: number): Uint8Array;
  markerMotion(reqId: string, ms: number): readonly { readonly bytes: Uint8Array; readonly end: boolean }[];
}

interface Judge {
  skewsOf(notes: Notes): { readonly skews: readonly number[] };
}

const found = findLiveKitServer();
const network = 'missing' in found ? found : makeShakenNamespace(NETEM);
if ('missing' in network) process.stderr.write(`rooms are not tried over a network that the kernel shakes: ${network.missing}\n`);

describe.skipIf('missing' in network)('an avatar in a room, over a network that the kernel shakes', () => {
  let server: LiveKitServer;
  let pages: ServedFolder;
  let browser: Browser;
  let page: Page;
  let stage: RoomStage;

  beforeAll(async () => {
    const { prefix, address, interfaceName } = network as ShakenNamespace;
    [server, pages, browser] = await Promise.all([startLiveKitServer({ prefix, address, interfaceName }), serveWithVite(), launchBrowser(ROOM_FLAGS)]);
    stage = await joinRoom({ url: server.url, ...KEYS, room: 'shaken', identity: 'ava' });
    page = await browser.newPage();
    await page.goto(`${pages.url}/packages/livekit/test/page/index.html`);
    await page.waitForSelector('html[data-ready]');
    const token = await mintViewerToken({ ...KEYS, room: 'shaken', identity: 'viewer' });
    await page.evaluate(([url, jwt]) => {
      globalThis.livekit.seat('a', { url: url!, token: jwt!, identity: 'ava' });
      globalThis.livekit.look('a');
      globalThis.livekit.listen('a');
    }, [server.url, token]);
    expect(await page.evaluate(() => globalThis.livekit.connect('a'))).toBe('connected');
  });
  afterAll(async () => {
    await stage?.close();
    await browser?.close();
    await pages?.close();
    await server?.kill();
    (network as ShakenNamespace).remove();
  });

  it('is heard to the end, its mouth in motion; how far that is from the sound is said', { timeout: 60_000 }, async () => {
    const bench = (file: string): Promise<unknown> => import(new URL(`../../bench/lib/${file}`, import.meta.url).href);
    const [{ markerPcm, markerMotion }, { skewsOf }] = [await bench('marker.mjs') as Marker, await bench('room-listening.mjs') as Judge];
    // The jitter buffer learns what network it has.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await page.evaluate(() => globalThis.livekit.take('a'));
    const finished: FinishedReport[] = [];
    stage.onPlaybackFinished((report) => finished.push(report));
    stage.sendAudio({ kind: 'pcm', reqId: 'marker', end: true, pcm: markerPcm(RATE, LONG_MS), sampleRate: RATE });
    for (const { bytes, end } of markerMotion('marker', LONG_MS)) stage.sendMotion({ kind: 'envelope', reqId: 'marker', end, bytes });
    await until(() => finished.length > 0);
    expect(finished).toMatchObject([{ reqId: 'marker', interrupted: false }]);
    const notes = await page.evaluate(() => globalThis.livekit.take('a'));
    expect(notes.errors.filter(({ fatal }) => fatal)).toEqual([]);
    expect(Math.max(...notes.poses.map(([, jaw]) => jaw))).toBeGreaterThan(0.9);
    expect(loudness(notes)).toBeGreaterThan(0.005);
    const sizes = skewsOf(notes).skews.map(Math.abs).sort((a, b) => a - b);
    expect(sizes.length).toBeGreaterThan(50);
    const at = (share: number): string => sizes[Math.floor(share * (sizes.length - 1))]!.toFixed(1);
    process.stderr.write(`|A/V skew| over netem, 80 ms of jitter and 5 % of loss both ways: median ${at(0.5)} ms, p95 ${at(0.95)} ms, of ${sizes.length} poses\n`);
  });
});
