import { dispose, Room, RoomEvent } from '@livekit/rtc-node';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeRoomPacket, ROOM_METHOD, ROOM_TOPIC } from '@visavis/protocol/room';
import { mintAvatarToken, mintViewerToken } from '../src/node/index.js';
import { launchBrowser, ROOM_FLAGS, serveWithVite, type ServedFolder } from '../../../test/browser.js';
import { findLiveKitServer, KEYS, startLiveKitServer, type LiveKitServer } from '../../../test/livekit-server.js';
import { until } from './support.js';

/** What becomes of the microphone of each of these, and of a page whose library cannot leave its room. */
const SEATS = ['on', 'muted', 'muted by the room', 'off', 'stopped', 'stuck'] as const;
type Name = (typeof SEATS)[number];
const LONG_MS = 60_000;
const PACKET_MS = 250;
/** Longer than a page is without a word before it joins anew. */
const NO_MORE_MS = 6_000;
/** Longer than an avatar is waited for. */
const GIVES_UP_MS = 45_000;

interface Published {
  readonly isMuted: boolean;
  readonly isLive: boolean;
}

interface PageRoom {
  readonly state: string;
  readonly localParticipant: {
    readonly trackPublications: ReadonlyMap<string, { readonly isMuted: boolean; readonly track?: { readonly mediaStreamTrack: MediaStreamTrack } }>;
    setMicrophoneEnabled(enabled: boolean): Promise<unknown>;
  };
  disconnect: () => Promise<void>;
  on(event: string, listener: (publication: { readonly isMuted: boolean }) => void): void;
  once(event: string, listener: () => void): void;
  emit(event: string): void;
  simulateScenario(scenario: string): Promise<void>;
}

declare global {
  var rejoin: {
    /** What a seat's room said since it was asked last. */
    readonly said: Record<string, string[]>;
    /** How many ask for the microphone, and are kept waiting. */
    waiting: number;
    open: () => void;
    hold(): void;
    room(name: string): PageRoom;
  };
}

const found = findLiveKitServer();

describe.skipIf('missing' in found)('a page that joins its room anew', () => {
  let server: LiveKitServer;
  let pages: ServedFolder;
  let browser: Browser;
  let page: Page;
  let ava: Room;
  let packets: ReturnType<typeof setInterval> | undefined;
  const joined: string[] = [];
  const crashes: string[] = [];

  /** To those who are heard from then on. */
  const speak = (to: readonly string[] = [...SEATS, 'late']): void => {
    clearInterval(packets);
    packets = setInterval(() => void ava.localParticipant!.publishData(encodeRoomPacket({ run: 1, stream: 1, epoch: 1, sentMs: 1 }), {
      reliable: true, topic: ROOM_TOPIC, destination_identities: [...to],
    }), PACKET_MS);
  };
  const microphone = (name: Name): Promise<Published[]> => page.evaluate((one) => [...globalThis.rejoin.room(one).localParticipant.trackPublications.values()]
    .map(({ isMuted, track }) => ({ isMuted, isLive: track?.mediaStreamTrack.readyState === 'live' })), name);
  const said = (name: Name): Promise<string[]> => page.evaluate((one) => globalThis.rejoin.said[one]!.splice(0), name);
  const state = (name: Name | 'late'): Promise<string> => page.evaluate((one) => globalThis.livekit.of(one).controller.connectionState, name);
  const joins = (name: Name): number => joined.filter((identity) => identity === name).length;

  beforeAll(async () => {
    [server, pages, browser] = await Promise.all([startLiveKitServer(), serveWithVite(), launchBrowser(ROOM_FLAGS)]);
    ava = new Room();
    ava.on(RoomEvent.ParticipantConnected, ({ identity }) => { joined.push(identity); });
    await ava.connect(server.url, await mintAvatarToken({ ...KEYS, room: 'rejoin', identity: 'ava' }), { autoSubscribe: false, dynacast: false });
    ava.localParticipant!.registerRpcMethod(ROOM_METHOD, () => Promise.resolve(''));
    speak();
    page = await browser.newPage();
    page.on('pageerror', ({ message }) => crashes.push(message));
    await page.goto(`${pages.url}/packages/livekit/test/page/index.html`);
    await page.waitForSelector('html[data-ready]');
    const tokens = await Promise.all([...SEATS, 'late'].map((identity) => mintViewerToken({ ...KEYS, room: 'rejoin', identity, microphone: true })));
    const states = await page.evaluate(async ([url, names, jwts]) => {
      const devices = navigator.mediaDevices;
      const ask = devices.getUserMedia.bind(devices);
      let gate = Promise.resolve();
      devices.getUserMedia = async (constraints) => {
        globalThis.rejoin.waiting += 1;
        await gate;
        return ask(constraints);
      };
      globalThis.rejoin = {
        said: {}, waiting: 0, open: () => undefined, room: (name) => globalThis.livekit.of(name).transport.room as PageRoom,
        hold: () => {
          globalThis.rejoin.waiting = 0;
          gate = new Promise((resolve) => { globalThis.rejoin.open = resolve; });
        },
      };
      for (const [i, name] of names.entries()) {
        globalThis.livekit.seat(name, { url, token: jwts[i]!, identity: 'ava' });
        const list: string[] = globalThis.rejoin.said[name] = [];
        const room = globalThis.rejoin.room(name);
        room.on('localTrackPublished', ({ isMuted }) => list.push(isMuted ? 'published muted' : 'published'));
        room.on('trackUnmuted', () => list.push('unmuted'));
      }
      return Promise.all(names.map((name) => globalThis.livekit.connect(name)));
    }, [server.url, SEATS, tokens] as const);
    expect(states).toEqual(SEATS.map(() => 'connected'));
    // Its token comes when nobody waits for it any more: the last test.
    await page.evaluate(([url, jwt]) => {
      globalThis.livekit.seat('late', { url: url!, token: () => new Promise((resolve) => { Object.assign(globalThis, { sendToken: () => resolve(jwt!) }); }), identity: 'ava' });
      void globalThis.livekit.connect('late');
    }, [server.url, tokens.at(-1)!]);
  });
  afterAll(async () => {
    clearInterval(packets);
    await ava?.disconnect();
    await dispose();
    await browser?.close();
    await pages?.close();
    await server?.kill();
  });

  it('starts its microphone, mutes it and turns it off', async () => {
    await page.evaluate(async () => {
      const seats = ['on', 'muted', 'muted by the room', 'off', 'stopped'].map((name) => globalThis.livekit.of(name));
      await Promise.all(seats.map(({ controller }) => controller.startMicrophone()));
      globalThis.livekit.of('muted').transport.microphoneMuted = true;
      await globalThis.rejoin.room('muted by the room').localParticipant.setMicrophoneEnabled(false);
      globalThis.livekit.of('off').controller.stopMicrophone();
    });
    await until(async () => (await microphone('off')).length === 0 && (await microphone('muted'))[0]!.isMuted);
    expect(await microphone('on')).toEqual([{ isMuted: false, isLive: true }]);
    expect(await microphone('muted by the room')).toMatchObject([{ isMuted: true }]);
    for (const name of SEATS) await said(name);
  });

  it('leaves a muted microphone alone in a reconnection', async () => {
    for (const name of ['muted', 'muted by the room'] as const) {
      await page.evaluate(async (one) => {
        const room = globalThis.rejoin.room(one);
        const back = new Promise<void>((resolve) => { room.once('reconnected', resolve); });
        await room.simulateScenario('signal-reconnect');
        await back;
      }, name);
      await until(async () => (await state(name)) === 'connected');
      expect(await said(name)).toEqual([]);
      expect(await microphone(name)).toMatchObject([{ isMuted: true }]);
    }
  });

  it('joins anew where nothing comes, and keeps the microphone as it was', { timeout: LONG_MS }, async () => {
    const before = { on: joins('on'), off: joins('off') };
    await page.evaluate(() => {
      const stuck = globalThis.rejoin.room('stuck');
      const leave = stuck.disconnect;
      stuck.disconnect = () => {
        stuck.disconnect = leave;
        globalThis.rejoin.said['stuck']!.push('refused');
        return Promise.reject(new Error('the signalling is closed'));
      };
      globalThis.rejoin.hold();
    });
    clearInterval(packets);
    await until(async () => joins('off') > before.off && await page.evaluate(() => globalThis.rejoin.waiting === 4 && globalThis.rejoin.said['stuck']!.length > 0));
    // One hears nothing after it joined: it joins once for a silence, and not again and again.
    speak(SEATS.filter((name) => name !== 'off'));
    await until(async () => (await state('on')) === 'connected');
    await page.evaluate(() => {
      globalThis.livekit.of('stopped').controller.stopMicrophone();
      globalThis.rejoin.open();
    });
    const comesBack = { on: 'published', muted: 'published muted', 'muted by the room': 'published muted' } as const;
    for (const name of Object.keys(comesBack) as (keyof typeof comesBack)[]) {
      await until(async () => (await microphone(name)).length === 1);
      expect(await said(name)).toEqual([comesBack[name]]);
      expect(await microphone(name)).toMatchObject([{ isMuted: name !== 'on' }]);
    }
    await new Promise((resolve) => setTimeout(resolve, NO_MORE_MS));
    expect([joins('on') - before.on, joins('off') - before.off]).toEqual([1, 1]);
    speak();
    for (const name of ['off', 'stopped'] as const) expect([await microphone(name), await said(name)]).toEqual([[], []]);
    for (const name of SEATS) await until(async () => (await state(name)) === 'connected');
    expect(crashes).toEqual([]);
  });

  it('hears of its room’s end after a leave that failed', async () => {
    expect(await said('stuck')).toEqual(['refused']);
    const states = await page.evaluate(() => {
      globalThis.livekit.take('stuck');
      globalThis.rejoin.room('stuck').emit('disconnected');
      return globalThis.livekit.take('stuck').states.map(([, name]) => name);
    });
    expect(states).toEqual(['connecting']);
  });

  it('publishes no microphone that was turned off in the middle of a reconnection', async () => {
    await page.evaluate(async () => {
      const room = globalThis.rejoin.room('on');
      room.once('reconnecting', () => { room.once('localTrackUnpublished', () => globalThis.livekit.of('on').controller.stopMicrophone()); });
      const back = new Promise<void>((resolve) => { room.once('reconnected', resolve); });
      await room.simulateScenario('full-reconnect');
      await back;
    });
    await until(async () => (await microphone('on')).length === 0);
    await page.evaluate(() => globalThis.livekit.of('on').controller.startMicrophone());
    expect(await microphone('on')).toEqual([{ isMuted: false, isLive: true }]);
  });

  it('joins no room after it gave up', { timeout: LONG_MS }, async () => {
    await until(async () => (await state('late')) === 'failed', GIVES_UP_MS);
    const after = await page.evaluate(async () => {
      (globalThis as unknown as { sendToken(): void }).sendToken();
      await new Promise((resolve) => setTimeout(resolve, 500));
      return globalThis.rejoin.room('late').state;
    });
    expect(after).toBe('disconnected');
    expect(joined).not.toContain('late');
    await page.evaluate((names) => names.forEach((name) => globalThis.livekit.close(name)), [...SEATS]);
    expect(await microphone('on')).toEqual([]);
    expect(crashes).toEqual([]);
  });
});
