import { AccessToken } from 'livekit-server-sdk';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeRoomPacket, ROOM_TOPIC } from '@visavis/protocol/room';
import { AudioSource, dispose, LocalAudioTrack, Room, TrackPublishOptions, TrackSource } from '@livekit/rtc-node';
import { joinRoom, mintViewerToken, type FinishedReport, type RoomStage } from '../src/node/index.js';
import { launchBrowser, ROOM_FLAGS, serveWithVite, type ServedFolder } from '../../../test/browser.js';
import { findLiveKitServer, KEYS, startLiveKitServer, type LiveKitServer } from '../../../test/livekit-server.js';
import { say } from './speech.js';
import { GRAIN_MS, until } from './support.js';

/** Of 2 s of speech: close enough together to meet the mouth where it is open. */
const ENOUGH_FRAMES = 40;
const WIDE = 0.9;
const found = findLiveKitServer();

describe.skipIf('missing' in found)('a page with a room of its own', () => {
  let server: LiveKitServer;
  let pages: ServedFolder;
  let browser: Browser;
  let page: Page;
  let stages: RoomStage[];
  let rogue: Room;

  beforeAll(async () => {
    [server, pages, browser] = await Promise.all([startLiveKitServer(), serveWithVite(), launchBrowser(ROOM_FLAGS)]);
    stages = await Promise.all(['ava', 'theo'].map((identity) => joinRoom({ url: server.url, ...KEYS, room: 'own', identity, listenTo: ['user'] })));
    rogue = new Room();
    await rogue.connect(server.url, await mintViewerToken({ ...KEYS, room: 'own', identity: 'rogue', microphone: true }), { autoSubscribe: false, dynacast: false });
    const options = new TrackPublishOptions();
    options.source = TrackSource.SOURCE_MICROPHONE;
    await rogue.localParticipant!.publishTrack(LocalAudioTrack.createAudioTrack('7', new AudioSource(48_000, 1, 1_000)), options);
    page = await browser.newPage();
    await page.goto(`${pages.url}/packages/livekit/test/page/index.html`);
    await page.waitForSelector('html[data-ready]');
    const user = new AccessToken(KEYS.apiKey, KEYS.apiSecret, { identity: 'user' });
    user.addGrant({ roomJoin: true, room: 'own', canPublish: true, canSubscribe: true, canPublishData: true });
    const token = await user.toJwt();
    const states = await page.evaluate(async ([url, jwt]) => {
      await globalThis.livekit.joinOwn('own', url!, jwt!, ['camera']);
      for (const identity of ['ava', 'theo']) {
        globalThis.livekit.seat(identity, { room: 'own', identity });
        globalThis.livekit.look(identity);
      }
      return Promise.all(['ava', 'theo'].map((identity) => globalThis.livekit.connect(identity)));
    }, [server.url, token]);
    expect(states).toEqual(['connected', 'connected']);
  });
  afterAll(async () => {
    await rogue?.disconnect();
    await Promise.all((stages ?? []).map((stage) => stage.close()));
    await dispose();
    await browser?.close();
    await pages?.close();
    await server?.kill();
  });

  const bothSay = async (reqId: string, ms: number): Promise<FinishedReport[][]> => {
    const lists = stages.map((stage) => {
      const list: FinishedReport[] = [];
      stage.onPlaybackFinished((report) => list.push(report));
      return list;
    });
    for (const stage of stages) say(stage, `${reqId} ${stage.id}`, ms);
    await until(() => lists.every((list) => list.length > 0));
    return lists;
  };

  function expectWhole(lists: readonly FinishedReport[][], reqId: string, ms: number): void {
    expect(lists).toMatchObject(['ava', 'theo'].map((identity) => [{ reqId: `${reqId} ${identity}`, interrupted: false }]));
    for (const { playedMs } of lists.flat()) expect(Math.abs(playedMs - ms)).toBeLessThanOrEqual(GRAIN_MS);
  }

  it('shows two avatars at once, each with its own mouth, while others send what they like', async () => {
    const forged = encodeRoomPacket({ run: 7, stream: 7, epoch: 99, sentMs: 1, cue: { reqId: 'forged', utterance: 1, atMs: 1, untilMs: 9_999 } });
    for (const bytes of [forged, Uint8Array.of(9, 9, 9)]) await rogue.localParticipant!.publishData(bytes, { reliable: true, topic: ROOM_TOPIC });
    const lists = await bothSay('first', 2_000);
    expectWhole(lists, 'first', 2_000);
    for (const identity of ['ava', 'theo']) {
      const notes = await page.evaluate((name) => globalThis.livekit.take(name), identity);
      expect(notes.errors).toEqual([]);
      expect(Math.max(...notes.poses.map(([, jaw]) => jaw))).toBeGreaterThan(0.9);
      expect(notes.finished).toHaveLength(1);
    }
  });

  it('leaves what else the room carries alone', async () => {
    const others = await page.evaluate(() => {
      type Publication = { readonly isSubscribed?: boolean; readonly isMuted: boolean; readonly track?: { readonly attachedElements: readonly unknown[] } };
      type Tracks = { readonly audioTrackPublications: ReadonlyMap<string, Publication>; readonly videoTrackPublications: ReadonlyMap<string, Publication> };
      const room = globalThis.livekit.of('ava').transport.room as { readonly localParticipant: Tracks; readonly remoteParticipants: ReadonlyMap<string, Tracks> };
      const [rogue] = room.remoteParticipants.get('rogue')!.audioTrackPublications.values();
      const [camera] = room.localParticipant.videoTrackPublications.values();
      return { subscribed: rogue!.isSubscribed, played: rogue!.track!.attachedElements.length, camera: camera!.isMuted };
    });
    expect(others).toEqual({ subscribed: true, played: 0, camera: false });
  });

  it('sends the user’s microphone as a track, when it is started', async () => {
    let heard = 0;
    stages[0]!.onMicrophone(({ pcm }) => { heard += pcm.length; });
    await page.evaluate(() => globalThis.livekit.of('ava').controller.startMicrophone());
    await until(() => heard > 16_000);
  });

  it.each(['signal-reconnect', 'full-reconnect'])('goes on after a %s of the page', async (scenario) => {
    await page.evaluate(async (name) => {
      const room = globalThis.livekit.of('ava').transport.room as { simulateScenario(scenario: string): Promise<void>; once(event: string, listener: () => void): void };
      const back = new Promise<void>((resolve) => { room.once('reconnected', resolve); });
      await room.simulateScenario(name);
      await back;
    }, scenario);
    await until(() => page.evaluate(() => ['ava', 'theo'].every((name) => globalThis.livekit.of(name).controller.connectionState === 'connected')));
    // A page that is short of time draws a few moments of a sentence, which say nothing of the others: then it is said again.
    let jaws: number[] = [];
    await until(async () => {
      const reqId = `${scenario} at ${Date.now()}`;
      expectWhole(await bothSay(reqId, 2_000), reqId, 2_000);
      const { poses } = await page.evaluate(() => globalThis.livekit.take('ava'));
      jaws = poses.flatMap(([, jaw, , isPlaying]) => (isPlaying ? [jaw] : []));
      return jaws.length >= ENOUGH_FRAMES || Math.max(...jaws) > WIDE;
    });
    expect(Math.max(...jaws)).toBeGreaterThan(WIDE);
  });

  it('hears a publisher that takes the place of a killed one', async () => {
    const finished: FinishedReport[] = [];
    stages[0]!.onPlaybackFinished((report) => finished.push(report));
    say(stages[0]!, 'killed', 4_000);
    await until(async () => (await page.evaluate(() => globalThis.livekit.of('ava').controller.getAudioTime())) > 800);
    process.kill(stages[0]!.publisherPid!, 'SIGKILL');
    await until(() => finished.length > 0);
    expect(finished).toMatchObject([{ reqId: 'killed', interrupted: false }]);
    expect(Math.abs(finished[0]!.playedMs - 4_000)).toBeLessThanOrEqual(GRAIN_MS);
  });

  it('a viewer that may not send hears all the same, and is told so; one that may not join is told so', async () => {
    const [mute, wrong] = [
      await mintViewerToken({ ...KEYS, room: 'own', identity: 'mute', data: false }),
      await mintViewerToken({ ...KEYS, apiSecret: 'another-secret-another-secret-another', room: 'own', identity: 'wrong' }),
    ];
    const told = await page.evaluate(async ([url, quiet, refused]) => {
      globalThis.livekit.seat('mute', { url: url!, token: quiet!, identity: 'ava' });
      globalThis.livekit.seat('wrong', { url: url!, token: refused!, identity: 'ava' });
      const states = [await globalThis.livekit.connect('mute'), await globalThis.livekit.connect('wrong')];
      let code = 'none';
      try {
        globalThis.livekit.of('mute').controller.sendText('hello');
      } catch (error) {
        code = (error as { code: string }).code;
      }
      return [...states, code];
    }, [server.url, mute, wrong]);
    expect(told).toEqual(['connected', 'sessionTokenInvalid', 'sessionTokenInvalid']);
    await page.evaluate(() => ['mute', 'wrong', 'ava', 'theo'].forEach((name) => globalThis.livekit.close(name)));
  });
});
