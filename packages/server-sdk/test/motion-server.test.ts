import { afterEach, expect, it } from 'vitest';
import { createMotionServer, devConfig, type MotionServer } from '@visavis/motion-server';
import { CHANNEL } from '@visavis/face';
import { decodeEnvelope } from '@visavis/protocol/ingress';
import { decodeMotion } from '@visavis/protocol/motion';
import { newAvatarSession, TokenCache, type AvatarSession, type AvatarSessionConfig, type EnvelopeMessage, type SpeechMessage } from '@visavis/server-sdk';
import { Inbox } from '@visavis/server-sdk/test';

/** Against the real Motion Server: what the scripted one cannot prove. */
const SAMPLE_RATE = 24_000;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serving(): Promise<MotionServer> {
  const server = await createMotionServer(devConfig());
  cleanups.push(() => server.close());
  return server;
}

function sessionOn(server: MotionServer, config: AvatarSessionConfig = {}): { session: AvatarSession; audio: Inbox<SpeechMessage>; motion: Inbox<EnvelopeMessage> } {
  const { consoleUrl, ingressUrl } = server;
  const [audio, motion] = [new Inbox<SpeechMessage>(), new Inbox<EnvelopeMessage>()];
  const session = newAvatarSession({
    apiKey: 'dev-key', appId: 'dev-app', avatarId: 'ava', consoleUrl, ingressUrl, sampleRate: SAMPLE_RATE, tokens: new TokenCache(),
    onAudio: (message) => audio.push(message), onMotion: (message) => motion.push(message), ...config,
  });
  cleanups.push(() => session.close());
  return { session, audio, motion };
}

/** A second of a vowel-like tone, s16le. */
function tone(seconds: number): Uint8Array {
  const samples = Int16Array.from({ length: seconds * SAMPLE_RATE }, (_, n) => 9000 * Math.sin((2 * Math.PI * 180 * n) / SAMPLE_RATE) * Math.sin((Math.PI * 4 * n) / SAMPLE_RATE));
  return new Uint8Array(samples.buffer);
}

it('gets Opus on one callback and motion on the other, with one end', async () => {
  const { session, audio, motion } = sessionOn(await serving());
  await session.start();
  expect([...session.granted]).toEqual(['audio', 'interrupted-end']);
  const reqId = session.sendAudio(tone(1).subarray(0, 20_000));
  session.sendAudio(tone(1).subarray(20_000), true);
  const last = await motion.first(({ end }) => end);
  expect(last.reqId).toBe(reqId);
  expect(motion.items.filter(({ end }) => end)).toHaveLength(1);
  expect(audio.items.length).toBeGreaterThan(0);
  expect(audio.items.every((message) => message.kind === 'envelope' && message.hasAudio)).toBe(true);
  const frames = motion.items.flatMap(({ bytes }) => {
    const envelope = decodeEnvelope(bytes);
    return envelope.case === 'serverResponseAnimation' ? [envelope.value.motion?.frameCount ?? 0] : [];
  });
  expect(frames.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(30);
  const times = motion.items.flatMap(({ lastTimeMs }) => (lastTimeMs === undefined ? [] : [lastTimeMs]));
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

it('ends an interrupted request at once and serves the next', async () => {
  const { session, motion } = sessionOn(await serving());
  await session.start();
  const cut = session.sendAudio(tone(1));
  await motion.first(({ reqId }) => reqId === cut);
  expect(session.interrupt()).toBe(cut);
  const next = session.sendAudio(tone(1), true);
  await motion.first(({ reqId, end }) => reqId === next && end);
  expect(motion.items.filter(({ interrupted }) => interrupted).map(({ reqId, end }) => [reqId, end])).toEqual([[cut, true]]);
});

it('mirrors PCM where it did not ask for audio', async () => {
  const { session, audio, motion } = sessionOn(await serving(), { capabilities: [] });
  await session.start();
  const sound = tone(1);
  session.sendAudio(sound, true);
  await motion.first(({ end }) => end);
  expect(audio.items).toMatchObject([{ kind: 'pcm', pcm: sound, end: true, sampleRate: SAMPLE_RATE }]);
});

it('carries an emotion and phonemes with their times to the model, in a thread of the server', async () => {
  const model = new URL('fixtures/telling-model.mjs', import.meta.url).href;
  const server = await createMotionServer({ ...devConfig(), workers: 1, modelModule: { module: model } });
  cleanups.push(() => server.close());
  const { session, motion } = sessionOn(server);
  await session.start();
  const phonemes = [{ text: 'm', startMs: 100, endMs: 180.4 }, { text: 'AH0', startMs: 180.4, endMs: 300 }];
  session.sendAudio(tone(1), false, { emotion: 'happy', emotionIntensity: 0.5, phonemes });
  session.sendAudio(tone(1), true, { phonemes: [{ text: 'm', startMs: 1500, endMs: 1600 }] });
  await motion.first(({ end }) => end);
  const poses = motion.items.flatMap(({ bytes }) => {
    const envelope = decodeEnvelope(bytes);
    return envelope.case === 'serverResponseAnimation' && envelope.value.motion ? decodeMotion(envelope.value.motion).poses : [];
  });
  const at = (ms: number) => poses[Math.round((ms * 30) / 1000)]!.values;
  expect(at(500)[CHANNEL.mouthSmileLeft]).toBeCloseTo(0.5, 2);
  expect([50, 140, 240, 1450, 1550, 1650].map((ms) => Math.round(at(ms)[CHANNEL.mouthClose]! * 100))).toEqual([0, 100, 0, 0, 100, 0]);
});

it('is told what is wrong with its credentials', async () => {
  const server = await serving();
  await expect(sessionOn(server, { apiKey: 'wrong' }).session.start()).rejects.toMatchObject({ detail: { phase: 'session_token' } });
  await expect(sessionOn(server, { appId: 'other' }).session.start()).rejects.toMatchObject({ detail: { phase: 'websocket_connect' } });
});

it('gets a fresh token where the server was restarted with another secret', async () => {
  const tokens = new TokenCache();
  const first = await createMotionServer(devConfig());
  const { consoleUrl, ingressUrl, port } = first;
  const before = sessionOn(first, { tokens }).session;
  await before.start();
  await before.close();
  await first.close();
  const second = await createMotionServer({ ...devConfig(), port });
  cleanups.push(() => second.close());
  const after = sessionOn(second, { tokens, consoleUrl, ingressUrl }).session;
  await expect(after.start()).resolves.not.toBe('');
});
