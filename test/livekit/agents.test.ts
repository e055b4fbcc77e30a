import { initializeLogger, voice } from '@livekit/agents';
import { LLM } from '@livekit/agents-plugin-openai';
import { Room } from '@livekit/rtc-node';
import { createMotionServer, devConfig, type MotionServer } from '@visavis/motion-server';
import { AccessToken } from 'livekit-server-sdk';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, ROOM_FLAGS, serveWithVite, type ServedFolder } from '../browser.js';
import { findLiveKitServer, KEYS, startLiveKitServer, type LiveKitServer } from '../livekit-server.js';
import { FliteSpeaker } from '../../packages/agent/test/flite-speaker.js';
import { ScriptedModel } from '../../packages/agent/test/scripted-model.js';
import * as visavis from '@visavis/livekit/agents';
import { mintViewerToken } from '@visavis/livekit/node';
import { loudness, until, type Notes } from '../../packages/livekit/test/support.js';

const ROOM = 'agents';
/** The track takes whole tens of milliseconds: an utterance's last is filled up. */
const TRACK_GRAIN_MS = 10;
const SENTENCE = 'Big brown bears rarely buy apples before breakfast.';
const found = findLiveKitServer();
if ('missing' in found) process.stderr.write(`an agent's face is not tested: ${found.missing}\n`);

describe.skipIf('missing' in found)('an agent with a face', () => {
  let livekit: LiveKitServer;
  let motionServer: MotionServer;
  let model: ScriptedModel;
  let pages: ServedFolder;
  let browser: Browser;
  let page: Page;
  let room: Room;
  let session: voice.AgentSession;
  let avatar: visavis.AvatarSession;
  const finished: voice.PlaybackFinishedEvent[] = [];
  let started = 0;

  const settings = () => ({ apiKey: 'dev-key', appId: 'dev-app', avatarId: 'ava', consoleUrl: motionServer.consoleUrl, ingressUrl: motionServer.ingressUrl, sampleRate: 16_000 });
  const livekitKeys = () => ({ livekitUrl: livekit.url, livekitApiKey: KEYS.apiKey, livekitApiSecret: KEYS.apiSecret });
  const take = (): Promise<Notes> => page.evaluate(() => globalThis.livekit.take('a'));
  const heardMs = (): Promise<number> => page.evaluate(() => globalThis.livekit.of('a').controller.getAudioTime());

  beforeAll(async () => {
    initializeLogger({ pretty: false, level: 'error' });
    [livekit, pages, browser, model] = await Promise.all([startLiveKitServer(), serveWithVite(), launchBrowser(ROOM_FLAGS), ScriptedModel.start()]);
    motionServer = await createMotionServer({ ...devConfig(), model: 'baseline' });
    page = await browser.newPage();
    await page.goto(`${pages.url}/packages/livekit/test/page/index.html`);
    await page.waitForSelector('html[data-ready]');
    const token = new AccessToken(KEYS.apiKey, KEYS.apiSecret, { identity: 'agent' });
    token.addGrant({ roomJoin: true, room: ROOM, canPublish: true, canSubscribe: true });
    room = new Room();
    await room.connect(livekit.url, await token.toJwt(), { autoSubscribe: false, dynacast: false });
  });
  afterAll(async () => {
    await session?.close();
    await avatar?.aclose();
    await room?.disconnect();
    await browser?.close();
    await Promise.all([pages?.close(), model?.stop(), motionServer?.close()]);
    await livekit?.kill();
  });

  it('is three lines, and what the agent says is seen and heard', async () => {
    session = new voice.AgentSession({ llm: new LLM({ model: 'scripted', apiKey: 'none', baseURL: model.baseURL }), tts: new FliteSpeaker(), vad: null, turnHandling: { turnDetection: 'manual' } });
    avatar = new visavis.AvatarSession(settings());
    await avatar.start(session, room, livekitKeys());
    await session.start({ agent: new voice.Agent({ instructions: 'be brief' }), room });
    await avatar.waitForJoin();
    expect(room.remoteParticipants.get('visavis-avatar')?.attributes).toMatchObject({ 'lk.publish_on_behalf': 'agent' });
    session.output.audio!.on(voice.AudioOutput.EVENT_PLAYBACK_FINISHED, (event: voice.PlaybackFinishedEvent) => finished.push(event));
    session.output.audio!.on(voice.AudioOutput.EVENT_PLAYBACK_STARTED, () => { started += 1; });

    const token = await mintViewerToken({ ...KEYS, room: ROOM, identity: 'viewer' });
    await page.evaluate(([url, jwt]) => {
      globalThis.livekit.seat('a', { url: url!, token: jwt!, identity: 'visavis-avatar' });
      globalThis.livekit.look('a');
      globalThis.livekit.listen('a');
    }, [livekit.url, token]);
    expect(await page.evaluate(() => globalThis.livekit.connect('a'))).toBe('connected');

    model.answer = () => ({ text: SENTENCE });
    await session.generateReply({ userInput: 'Tell me of bears.' }).waitForPlayout();
    expect([started, finished]).toMatchObject([1, [{ interrupted: false }]]);
    const notes = await take();
    expect(notes.errors).toEqual([]);
    expect(notes.finished).toMatchObject([{ interrupted: false }]);
    expect(Math.abs(finished[0]!.playbackPosition * 1000 - notes.finished[0]!.playedMs)).toBeLessThanOrEqual(TRACK_GRAIN_MS);
    expect(finished[0]!.playbackPosition).toBeGreaterThan(1.5);
    const jaws = notes.poses.filter(([, , , playing]) => playing === 1).map(([, jaw]) => jaw);
    expect(Math.max(...jaws)).toBeGreaterThan(0.15);
    expect(loudness(notes)).toBeGreaterThan(0.01);
  });

  it('falls silent when the agent is interrupted; what it remembers saying ends where it was heard', async () => {
    model.answer = () => ({ text: `${SENTENCE} `.repeat(4) });
    const speech = session.generateReply({ userInput: 'And now at length.' });
    await until(async () => finished.length === 1 && (await heardMs()) > 1_200);
    speech.interrupt();
    await speech.waitForPlayout();
    expect(finished[1]).toMatchObject({ interrupted: true });
    const heard = (await take()).finished.at(-1)!;
    expect(heard.interrupted).toBe(true);
    expect(Math.abs(finished[1]!.playbackPosition * 1000 - heard.playedMs)).toBeLessThanOrEqual(TRACK_GRAIN_MS);
    await until(async () => (await take()).poses.every(([, jaw, , playing]) => playing === 0 && jaw < 0.05));
    await until(async () => loudness(await take()) < 0.001);
    const said = session.history.items.at(-1);
    expect(said).toMatchObject({ type: 'message', role: 'assistant', interrupted: true });
    expect((said as { textContent?: string }).textContent!.length).toBeLessThan(3 * SENTENCE.length);
  });

  it('speaks on after its publisher died in the middle', async () => {
    model.answer = () => ({ text: SENTENCE });
    const pid = avatar.publisherPid!;
    const speech = session.generateReply({ userInput: 'Once more.' });
    await until(async () => (await heardMs()) > 300);
    process.kill(pid, 'SIGKILL');
    await speech.waitForPlayout();
    expect(finished[2]).toMatchObject({ interrupted: false });
    expect(avatar.publisherPid).not.toBe(pid);
  });

  it('leaves with the agent', async () => {
    await session.close();
    await until(() => avatar.publisherPid === undefined && !room.remoteParticipants.has('visavis-avatar'));
  });

  it.each([
    ['without LiveKit’s keys', () => ({ livekitUrl: livekit.url, livekitApiKey: '', livekitApiSecret: '' }), {}, 'invalidConfiguration'],
    ['with a wrong secret', () => ({ ...livekitKeys(), livekitApiSecret: 'wrong'.repeat(8) }), {}, 'sessionTokenInvalid'],
    ['with a wrong key of the Motion Server', livekitKeys, { apiKey: 'wrong' }, 'invalidRequest'],
    ['with an avatar that is not there', livekitKeys, { avatarId: 'nobody' }, 'avatarNotFound'],
  ] as const)('says %s why it cannot start, and leaves nobody in the room', async (_, keys, changes, code) => {
    const agent = new voice.AgentSession({ vad: null, turnHandling: { turnDetection: 'manual' } });
    const refused = new visavis.AvatarSession({ ...settings(), ...changes, identity: 'refused' });
    await expect(refused.start(agent, room, keys())).rejects.toMatchObject({ code });
    await until(() => !room.remoteParticipants.has('refused'));
    expect(refused.publisherPid).toBeUndefined();
    await expect(refused.start(agent, room, livekitKeys())).rejects.toMatchObject({ code: 'invalidState' });
  });
});
