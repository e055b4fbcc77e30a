import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinRoom, mintViewerToken, type FinishedReport, type RoomStage } from '../src/node/index.js';
import { launchBrowser, ROOM_FLAGS, serveWithVite, type ServedFolder } from '../../../test/browser.js';
import { startCutLink, type CutLink } from '../../../test/cut-link.js';
import { detour } from '../../../test/detour.js';
import { findLiveKitServer, freeTcpPort, KEYS, startLiveKitServer, type LiveKitServer } from '../../../test/livekit-server.js';
import { startOddServer, type Oddity, type OddServer } from './odd-server.js';
import { say } from './speech.js';
import { GRAIN_MS, loudness, until, type Notes } from './support.js';

/** As behind a firewall that lets no UDP out. */
const NO_UDP = '--webrtc-ip-handling-policy=disable_non_proxied_udp';
const LONG_MS = 60_000;
const SPEECH_MS = 3_000;
/** What a page says while a connection is being mended; it goes on by itself. */
const MENDING = 'networkLayerNotAvailable';
/** What else may stand at a server's address, and what is said of it. */
const ODD: readonly (readonly [Oddity, RegExp])[] = [
  [{ kind: 'old', version: '1.7.2' }, /LiveKit 1\.7\.2: it needs LiveKit 1\.8/],
  [{ kind: 'old', version: '' }, /version/],
  [{ kind: 'silent' }, /no answer/],
  [{ kind: 'none' }, /no answer/],
];
const found = findLiveKitServer();

describe.skipIf('missing' in found)('a page behind a firewall, whose network and server fail', () => {
  let server: LiveKitServer;
  let signalling: CutLink;
  let media: CutLink;
  let pages: ServedFolder;
  let browser: Browser;
  let page: Page;
  let stage: RoomStage;
  let odd: OddServer[];
  /** What a page says of each, in the end: it takes its time, and is waited for by the last test. */
  let told: Promise<{ code: string; error: Notes['errors'][number] | undefined }[]>;

  beforeAll(async () => {
    const tcpPort = await freeTcpPort();
    [server, pages, browser] = await Promise.all([startLiveKitServer({ tcpPort }), serveWithVite(), launchBrowser([...ROOM_FLAGS, NO_UDP])]);
    [signalling, media] = [await startCutLink(Number(new URL(server.url).port)), await startCutLink(tcpPort)];
    stage = await joinRoom({ url: server.url, ...KEYS, room: 'outages', identity: 'ava', viewers: ['viewer'] });
    page = await browser.newPage();
    await page.addInitScript(detour, [tcpPort, media.port] as const);
    await page.goto(`${pages.url}/packages/livekit/test/page/index.html`);
    await page.waitForSelector('html[data-ready]');
    const token = await mintViewerToken({ ...KEYS, room: 'outages', identity: 'viewer' });
    await page.evaluate(([url, jwt]) => {
      globalThis.livekit.seat('a', { url: url!, token: jwt!, identity: 'ava' });
      globalThis.livekit.look('a');
      globalThis.livekit.listen('a');
    }, [`ws://127.0.0.1:${signalling.port}`, token]);
    expect(await page.evaluate(() => globalThis.livekit.connect('a'))).toBe('connected');
    odd = await Promise.all(ODD.map(([oddity]) => startOddServer(oddity)));
    told = Promise.all(odd.map(({ url }) => page.evaluate(async (one) => {
      globalThis.livekit.seat(one, { url: one, token: 'a.b.c', identity: 'ava' });
      const code = await globalThis.livekit.connect(one);
      const error = globalThis.livekit.take(one).errors.at(-1);
      globalThis.livekit.close(one);
      return { code, error };
    }, url)));
    told.catch(() => undefined); // of a page that was closed before its time
  });
  afterAll(async () => {
    for (const one of odd ?? []) one.close();
    await stage?.close();
    await browser?.close();
    await pages?.close();
    for (const link of [signalling, media]) link?.close();
    await server?.kill();
  });

  const take = (): Promise<Notes> => page.evaluate(() => globalThis.livekit.take('a'));
  const state = (name = 'a'): Promise<string> => page.evaluate((one) => globalThis.livekit.of(one).controller.connectionState, name);

  /** The avatar says something, which the page hears and shows, and reports as heard. */
  async function isHeard(reqId: string): Promise<void> {
    const finished: FinishedReport[] = [];
    const leave = stage.onPlaybackFinished((report) => finished.push(report));
    await take();
    say(stage, reqId, SPEECH_MS);
    await until(() => finished.length > 0);
    leave();
    expect([stage.viewer, finished]).toMatchObject(['viewer', [{ reqId, interrupted: false }]]);
    expect(Math.abs(finished[0]!.playedMs - SPEECH_MS)).toBeLessThanOrEqual(GRAIN_MS);
    const notes = await take();
    expect(notes.errors).toEqual([]);
    expect(notes.finished).toMatchObject([{ interrupted: false }]);
    expect(Math.max(...notes.poses.map(([, jaw]) => jaw))).toBeGreaterThan(0.9);
    expect(loudness(notes)).toBeGreaterThan(0.03);
  }

  /** The page says that it is cut off, and no more than that it mends it. */
  async function mendsItself(): Promise<void> {
    await until(async () => (await state()) === 'connected' && stage.connected && stage.viewer === 'viewer');
    const { states, errors } = await take();
    expect(states.map(([, name]) => name)).toEqual(expect.arrayContaining(['connecting', 'connected']));
    expect(errors.filter(({ code, fatal }) => fatal || code !== MENDING)).toEqual([]);
  }

  it('hears the avatar by TCP', async () => {
    await isHeard('by TCP');
    const ways = await page.evaluate(async () => {
      const { remoteParticipants } = globalThis.livekit.of('a').transport.room as { remoteParticipants: Map<string, { audioTrackPublications: Map<string, { track: { getRTCStatsReport(): Promise<RTCStatsReport> } }> }> };
      const [publication] = remoteParticipants.get('ava')!.audioTrackPublications.values();
      const reports = [...(await publication!.track.getRTCStatsReport()).values()] as { id: string; type: string; selectedCandidatePairId?: string; localCandidateId?: string; protocol?: string }[];
      const byId = new Map(reports.map((report) => [report.id, report]));
      return reports.flatMap(({ type, selectedCandidatePairId }) => (type === 'transport' ? [byId.get(byId.get(selectedCandidatePairId!)!.localCandidateId!)!.protocol] : []));
    });
    expect(ways).toEqual(['tcp']);
  });

  it('is cut off from everything, and goes on when it is mended', { timeout: LONG_MS }, async () => {
    await take();
    for (const link of [signalling, media]) link.cut();
    await until(async () => (await state()) === 'connecting');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    for (const link of [signalling, media]) link.mend();
    await mendsItself();
    await isHeard('after the cut');
  });

  it('loses its server, and goes on when that is back', { timeout: LONG_MS }, async () => {
    await take();
    await server.restart();
    await until(async () => (await state()) === 'connecting');
    await mendsItself();
    await isHeard('after the restart');
  });

  it('is told that its room was deleted, that another took its identity, that its token is of yesterday', async () => {
    const expired = new AccessToken(KEYS.apiKey, KEYS.apiSecret, { identity: 'late', ttl: -3_600 });
    expired.addGrant({ roomJoin: true, room: 'outages' });
    const waiting = await joinRoom({ url: server.url, ...KEYS, room: 'doomed', identity: 'ava' });
    const tokens = {
      gone: await mintViewerToken({ ...KEYS, room: 'doomed', identity: 'gone' }), double: await mintViewerToken({ ...KEYS, room: 'outages', identity: 'double' }),
      thief: await mintViewerToken({ ...KEYS, room: 'outages', identity: 'double' }), late: await expired.toJwt(),
    };
    const connect = (name: keyof typeof tokens): Promise<string> => page.evaluate(([url, jwt, one]) => {
      globalThis.livekit.seat(one!, { url: url!, token: jwt!, identity: 'ava' });
      return globalThis.livekit.connect(one!);
    }, [`ws://127.0.0.1:${signalling.port}`, tokens[name], name]);
    expect([await connect('gone'), await connect('double'), await connect('thief'), await connect('late')]).toEqual(['connected', 'connected', 'connected', 'sessionTokenExpired']);
    await new RoomServiceClient(server.url.replace('ws', 'http'), KEYS.apiKey, KEYS.apiSecret).deleteRoom('doomed');
    for (const [name, code] of [['gone', 'connectionClosed'], ['double', 'concurrentLimitExceeded']] as const) {
      await until(async () => (await state(name)) === 'failed');
      const { errors } = await page.evaluate((one) => globalThis.livekit.take(one), name);
      expect(errors).toMatchObject([{ code, fatal: true }]);
    }
    await waiting.close();
    await page.evaluate((names) => names.forEach((name) => globalThis.livekit.close(name)), Object.keys(tokens));
    await isHeard('beside all that');
  });

  it('is told of a server that is too old, or none: it was not asked for longer than half a minute', { timeout: LONG_MS }, async () => {
    for (const [i, { code, error }] of (await told).entries()) {
      expect([code, error]).toMatchObject(['connectionFailed', { code: 'connectionFailed', fatal: true, message: expect.stringMatching(ODD[i]![1]) }]);
    }
  });
});
