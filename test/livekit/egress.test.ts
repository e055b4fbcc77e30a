import { createMotionServer, devConfig, type MotionServer } from '@visavis/motion-server';
import { Room } from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fileURLToPath } from 'node:url';
import { launchBrowser, ROOM_FLAGS, serveWithVite, type ServedFolder } from '../browser.js';
import { findLiveKitServer, KEYS, startLiveKitServer, type LiveKitServer } from '../livekit-server.js';
import { dial, type TestClient } from '../../packages/motion-server/test/client.js';
import { speechBytes } from '../../packages/motion-server/test/speech.js';
import { createLiveKitEgress, mintViewerToken, type RoomEgress } from '@visavis/livekit/node';
import { GRAIN_MS, loudness, until, type Notes } from '../../packages/livekit/test/support.js';
import { serve, type Served } from './served.js';
import { hasOpenssl, startTlsFront, type TlsFront } from './tls-front.js';
import { findThirdPartyAgent, ThirdPartyAgent } from './third-party-agent.js';

const RATE = 24_000;
/** The track takes whole tens of milliseconds: an utterance's last is filled up. */
const TRACK_GRAIN_MS = 10;
/** Of a domain that is kept for documents. */
const TLS_NAME = 'rooms.example';
const SPEECH = fileURLToPath(new URL('../../apps/demo/assets/samples/austen.wav', import.meta.url));
const server = findLiveKitServer();
const python = findThirdPartyAgent();
for (const one of [server, python]) if ('missing' in one) process.stderr.write(`egress is not tested in whole: ${one.missing}\n`);

describe.skipIf('missing' in server)('egress into a room', () => {
  let livekit: LiveKitServer;
  let motionServer: MotionServer;
  let pages: ServedFolder;
  let browser: Browser;
  let page: Page;
  let front: TlsFront | undefined;
  const rooms = new Map<string, RoomEgress>();

  beforeAll(async () => {
    [livekit, pages, browser] = await Promise.all([startLiveKitServer(), serveWithVite(), launchBrowser(ROOM_FLAGS)]);
    if (hasOpenssl) front = await startTlsFront(TLS_NAME, Number(new URL(livekit.url).port));
    // Publishers take it from this process when they start.
    if (front) vi.stubEnv('SSL_CERT_FILE', front.authority);
    page = await browser.newPage();
    await page.goto(`${pages.url}/packages/livekit/test/page/index.html`);
    await page.waitForSelector('html[data-ready]');
    const open = createLiveKitEgress();
    motionServer = await createMotionServer({ ...devConfig(), model: 'baseline', openEgress: async (request, events) => {
      const room = await open(request, events);
      rooms.set(request.room, room);
      return room;
    } });
  });
  afterAll(async () => {
    await motionServer?.close();
    await browser?.close();
    await pages?.close();
    front?.close();
    vi.unstubAllEnvs();
    await livekit?.kill();
  });

  /** The page watches the avatar of a room. */
  async function watch(room: string, identity: string): Promise<void> {
    const token = await mintViewerToken({ ...KEYS, room, identity: 'viewer' });
    await page.evaluate(([url, jwt, who]) => {
      globalThis.livekit.seat('a', { url: url!, token: jwt!, identity: who! });
      globalThis.livekit.look('a');
      globalThis.livekit.listen('a');
    }, [livekit.url, token, identity]);
    expect(await page.evaluate(() => globalThis.livekit.connect('a'))).toBe('connected');
  }
  const take = (): Promise<Notes> => page.evaluate(() => globalThis.livekit.take('a'));

  /** Sound came, and the mouth moved with it. */
  function expectSpeech(notes: Notes): void {
    expect(notes.errors).toEqual([]);
    const spoken = notes.poses.filter(([, , , playing]) => playing === 1).map(([, jaw]) => jaw);
    expect(Math.max(...spoken)).toBeGreaterThan(0.15);
    expect(Math.min(...spoken)).toBeLessThan(0.1);
    expect(loudness(notes)).toBeGreaterThan(0.01);
    expect(notes.finished).toMatchObject([{ interrupted: false }]);
  }

  describe.skipIf('missing' in python)('by an unmodified third-party plugin', () => {
    let agent: ThirdPartyAgent;

    beforeAll(() => {
      agent = new ThirdPartyAgent((python as { python: string }).python, {
        LIVEKIT_URL: livekit.url, LIVEKIT_API_KEY: KEYS.apiKey, LIVEKIT_API_SECRET: KEYS.apiSecret, ROOM: 'third', RECORDING: SPEECH, IDLE_TIMEOUT: '6',
        SPATIUS_API_KEY: 'dev-key', SPATIUS_APP_ID: 'dev-app', SPATIUS_AVATAR_ID: 'ava',
        SPATIUS_CONSOLE_ENDPOINT: motionServer.consoleUrl, SPATIUS_INGRESS_ENDPOINT: motionServer.ingressUrl,
        REFUSALS: JSON.stringify([{ livekit_api_secret: 'wrong'.repeat(8) }, { livekit_url: 'wss://elsewhere.example' }]),
      });
    });
    afterAll(async () => {
      agent?.kill();
      await page.evaluate(() => globalThis.livekit.close('a'));
    });

    it('is refused a wrong secret and a server that is not on the list, in words that it knows', async () => {
      expect(await agent.next('refused')).toMatchObject({ code: expect.stringContaining('invalidEgressConfig'), message: expect.stringMatching(/unauthorized(?!.*eyJ)/) });
      expect(await agent.next('refused')).toMatchObject({ code: expect.stringContaining('invalidEgressConfig'), message: expect.stringContaining('not allowed') });
    });

    it('talks: sound and mouth in a browser, and the agent hears when it began and how much was heard', async () => {
      await agent.next('ready');
      await watch('third', 'spatius-avatar-agent');
      agent.tell('say 2');
      await agent.next('started');
      const finished = await agent.next('finished');
      expect(finished.interrupted).toBe(false);
      expect(finished.position).toBeGreaterThan(1.95);
      expect(finished.position).toBeLessThan(2.1);
      await agent.next('done');
      expectSpeech(await take());
    });

    it('is interrupted: silence and a resting mouth, and the agent hears how far it came', async () => {
      agent.tell('say 8');
      await agent.next('started');
      await until(async () => (await page.evaluate(() => globalThis.livekit.of('a').controller.getAudioTime())) > 800);
      agent.tell('interrupt');
      const finished = await agent.next('finished');
      expect(finished.interrupted).toBe(true);
      const heard = (await take()).finished.at(-1)!;
      expect(heard.interrupted).toBe(true);
      expect(Math.abs(finished.position! * 1000 - heard.playedMs)).toBeLessThanOrEqual(TRACK_GRAIN_MS);
      expect(finished.position).toBeGreaterThan(0.7);
      expect(finished.position).toBeLessThan(3);
      await agent.next('done');
      await until(async () => (await take()).poses.every(([, jaw, , playing]) => playing === 0 && jaw < 0.05));
      await until(async () => loudness(await take()) < 0.001);
    });

    it('is told of its silence in the end, and the avatar leaves the room', async () => {
      expect((await agent.next('error')).code).toContain('idleTimeout');
      await until(() => rooms.get('third')!.publisherPid === undefined);
    });
  });

  /** An agent that keeps what it is told. */
  async function listener(room: string): Promise<{ calls: { method: string; payload: string }[]; present(): Iterable<string>; leave(): Promise<void> }> {
    const token = new AccessToken(KEYS.apiKey, KEYS.apiSecret, { identity: 'agent' });
    token.addGrant({ roomJoin: true, room, canPublishData: true });
    const joined = new Room();
    await joined.connect(livekit.url, await token.toJwt(), { autoSubscribe: false, dynacast: false });
    const calls: { method: string; payload: string }[] = [];
    for (const method of ['lk.playback_started', 'lk.playback_finished']) {
      joined.localParticipant!.registerRpcMethod(method, async ({ payload }) => {
        calls.push({ method, payload });
        return 'ok';
      });
    }
    return { calls, present: () => joined.remoteParticipants.keys(), leave: () => joined.disconnect() };
  }

  async function ask(room: string, by: Pick<MotionServer, 'consoleUrl' | 'ingressUrl'> = motionServer, url = livekit.url): Promise<TestClient> {
    const client = await dial(by);
    client.send('clientConfigureSession', { sampleRate: RATE, egressType: 1, livekitEgress: {
      url, ...KEYS, roomName: room, publisherId: 'avatar', extraAttributes: { livekit_agent_identity: 'agent' }, idleTimeout: 0, apiToken: '',
    } });
    await client.until(() => client.received[0]);
    return client;
  }

  async function session(...[room, by]: Parameters<typeof ask>): Promise<TestClient> {
    const client = await ask(room, by);
    expect(client.errors()).toEqual([]);
    return client;
  }

  it('survives the death of a publisher, and no other room notices', async () => {
    const [a, b] = await Promise.all(['first', 'second'].map(async (room) => ({ agent: await listener(room), client: await session(room), egress: rooms.get(room)! })));
    const pid = b!.egress.publisherPid;
    for (const { client } of [a!, b!]) client.audio('one', speechBytes(2_500, RATE), true);
    await until(() => a!.agent.calls.length > 0 && b!.agent.calls.length > 0);
    process.kill(a!.egress.publisherPid!, 'SIGKILL');
    for (const { agent: { calls } } of [a!, b!]) {
      await until(() => calls.some(({ method }) => method === 'lk.playback_finished'));
      expect(calls.map(({ method }) => method)).toEqual(['lk.playback_started', 'lk.playback_finished']);
      expect(JSON.parse(calls[1]!.payload)).toEqual({ playback_position: 2.5, interrupted: false });
    }
    expect(b!.egress.publisherPid).toBe(pid);
    for (const { client, agent: { leave } } of [a!, b!]) {
      expect(client.errors()).toEqual([]);
      client.socket.close();
      await leave();
    }
  });

  it('is what visavis serve does by its config, towards the servers that this names and no other', async () => {
    let served: Served | undefined;
    try {
      served = await serve({ apps: [{ appId: 'dev-app', apiKeys: ['dev-key'], avatars: ['ava'] }], egress: { loopback: true, urls: [`wss://${TLS_NAME}`] } });
      const refused = await ask('served', served, 'wss://elsewhere.example');
      expect((await refused.error()).message).toContain('not allowed');
      const agent = await listener('served');
      const client = await session('served', served);
      await watch('served', 'avatar');
      client.audio('one', speechBytes(2_000, RATE), true);
      await until(() => agent.calls.length === 2);
      const { playback_position: seconds, interrupted } = JSON.parse(agent.calls[1]!.payload) as { playback_position: number; interrupted: boolean };
      expect(interrupted).toBe(false);
      expect(Math.abs(seconds * 1000 - 2_000)).toBeLessThanOrEqual(GRAIN_MS);
      expectSpeech(await take());
      await page.evaluate(() => globalThis.livekit.close('a'));
      client.socket.close();
      await agent.leave();
    } finally {
      await served?.close();
    }
  });

  it.skipIf(!hasOpenssl)('goes by TLS under the name that was allowed, to the address that was settled', async () => {
    const agent = await listener('tls');
    const request = {
      url: `wss://${TLS_NAME}:${front!.port}`, address: '127.0.0.1', token: '', ...KEYS, room: 'tls', identity: 'avatar', avatarId: 'ava', attributes: { livekit_agent_identity: 'agent' }, sampleRate: RATE,
    };
    const egress = await createLiveKitEgress()(request, { onProblem: () => undefined, onEnd: () => undefined });
    // Nobody else could say what the name stands for: it is one that is never given away.
    expect(new Set(front!.names)).toEqual(new Set([TLS_NAME]));
    await until(() => [...agent.present()].includes('avatar'));
    await egress.close();
    await agent.leave();
  });
});
