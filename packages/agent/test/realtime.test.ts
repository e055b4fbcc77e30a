import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PresenceState } from '@visavis/protocol/downlink';
import { systemClock, type Clock } from '@visavis/server-sdk';
import { ManualClock } from '@visavis/server-sdk/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { llm, voice } from '@livekit/agents';
import { z } from 'zod';
import { RealtimeListener } from '../src/conversation/realtime-listener.js';
import { ModelStore } from '../src/models/index.js';
import { createConversation, type ConversationOptions } from '../src/index.js';
import { createProviders, parseAgentConfig, type Providers } from '../src/providers/index.js';
import { startRealtime, type RealtimeCloud } from './clouds/realtime.js';
import { KEY } from './clouds/server.js';
import { AUSTEN, silence } from './speech.js';
import { FliteSpeaker } from './flite-speaker.js';
import { Theatre, type Scene } from './theatre.js';

/** A conversation with a model that hears and speaks by itself, over the protocol it speaks; all else is real. */
const LONG = 'One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen.';

let theatre: Theatre;
let cloud: RealtimeCloud;
let providers: Providers;
beforeAll(async () => { theatre = await Theatre.open(); });
afterAll(() => theatre.close());
beforeEach(async () => {
  cloud = await startRealtime();
  const config = parseAgentConfig({ llm: { provider: 'openai-realtime', apiKey: '${TEST_KEY}', baseURL: `${cloud.url}/v1`, timeoutMs: 2_000 } }, { TEST_KEY: KEY });
  providers = await createProviders(config, { models: new ModelStore({ folder: await mkdtemp(join(tmpdir(), 'visavis-no-models-')) }) });
});
afterEach(async () => {
  await providers.dispose();
  await cloud.close();
});

async function talk(options: Partial<ConversationOptions> = {}): Promise<Scene> {
  const { llm, connOptions } = providers.forConversation();
  return theatre.scene({ llm, tts: undefined, stt: undefined, vad: undefined, connOptions, ...options });
}

/** Renewals come at once, but for those that take longest, and are noted: milliseconds. Nothing else of a conversation waits for so long unless somebody speaks. */
function hasty(waits: number[]): Clock {
  return {
    nowMs: () => systemClock.nowMs(),
    after: (ms, run) => {
      if (ms < 2_000) return systemClock.after(ms, run);
      waits.push(ms);
      return systemClock.after(ms < 60_000 ? 20 : ms, run);
    },
  };
}

it('hears a person, answers through the avatar, and tells what both said', async () => {
  const { client, conversation, reports } = await talk();
  void client.speak(Int16Array.from([...silence(200), ...AUSTEN.subarray(0, 24_000), ...silence(1_500)]));
  const played = await client.finished.first(() => true);
  const report = await reports.first(() => true);
  expect(played).toMatchObject({ state: 'finished', hasMotion: true });
  expect(played.receivedMs).toBeGreaterThanOrEqual(500);
  expect(report).toMatchObject({ source: 'voice', said: 'Good morning.', heard: 'Hello there.', interrupted: false, reqId: played.reqId });
  const { firstAudio, firstMotion, firstHeard } = report.stages;
  expect([firstAudio, firstMotion, firstHeard].every((ms) => ms !== undefined && ms >= 0)).toBe(true);
  const transcripts = client.line.all('transcript').filter(({ final }) => final).map(({ role, text }) => [role, text]);
  expect(transcripts).toEqual(expect.arrayContaining([['user', 'Good morning.'], ['avatar', 'Hello there.']]));
  expect(conversation.history.map(({ role, text }) => [role, text])).toEqual(expect.arrayContaining([['user', 'Good morning.'], ['assistant', 'Hello there.']]));
  await client.line.first('presence', ({ state }) => state === PresenceState.IDLE);
  expect(client.line.all('presence').map(({ state }) => state)).toEqual(expect.arrayContaining([PresenceState.LISTENING, PresenceState.SPEAKING]));
});

it('falls silent when the person speaks, and the model is told what was heard', async () => {
  cloud.answer = { text: LONG, ms: 8_000 };
  const { client, conversation, reports } = await talk();
  client.line.send('text', { text: 'count' });
  await expect.poll(() => client.playing?.playedMs ?? 0, { timeout: 15_000 }).toBeGreaterThan(2_000);
  cloud.answer = { text: 'Fine.', ms: 300 };
  cloud.understood = 'Stop.';
  await client.speak(Int16Array.from([...AUSTEN.subarray(0, 32_000), ...silence(1_200)]));
  const [cut, next] = await reports.count(2);
  expect(cut).toMatchObject({ source: 'text', said: 'count', interrupted: true, cutBy: 'voice' });
  expect(cut!.heard.split(' ').length).toBeGreaterThan(1);
  expect(LONG.startsWith(cut!.heard)).toBe(true);
  expect(cut!.heard).not.toBe(LONG);
  expect(next).toMatchObject({ source: 'voice', heard: 'Fine.', interrupted: false });
  expect(client.requests.map(({ state }) => state)).toEqual(['interrupted', 'finished']);
  const { audio_end_ms: endMs } = cloud.events.find(({ type }) => type === 'conversation.item.truncate')!;
  expect(endMs).toBeGreaterThan(1_500);
  expect(endMs).toBeLessThan(7_000);
  const spoken = conversation.history.find(({ role }) => role === 'assistant');
  expect(spoken).toMatchObject({ text: cut!.heard, interrupted: true });
});

it('is asked by text and cut by a button, and says what it is given', async () => {
  cloud.answer = { text: LONG, ms: 8_000 };
  const { client, conversation, reports } = await talk({ greeting: 'Welcome aboard.' });
  await expect.poll(() => client.playing?.playedMs ?? 0, { timeout: 15_000 }).toBeGreaterThan(300);
  expect(cloud.events.find(({ type }) => type === 'response.create')!.response!.instructions).toContain('Welcome aboard.');
  conversation.interrupt('button');
  const cut = await reports.first(() => true);
  expect(cut).toMatchObject({ source: 'say', interrupted: true, cutBy: 'button' });
  cloud.answer = { text: 'Yes.', ms: 300 };
  client.line.send('text', { text: 'hello' });
  const [, answered] = await reports.count(2);
  expect(answered).toMatchObject({ source: 'text', said: 'hello', heard: 'Yes.', interrupted: false });
});

it('calls a tool, and says what it makes of the result', async () => {
  cloud.call = { name: 'look_up_order', args: '{"number":"427"}' };
  cloud.answer = { text: 'Six blue mugs.', ms: 500 };
  const asked: string[] = [];
  const { client, conversation, reports } = await talk({
    tools: {
      look_up_order: llm.tool({
        description: 'Looks up an order.', parameters: z.object({ number: z.string() }),
        execute: ({ number }) => { asked.push(number); return Promise.resolve('six blue mugs'); },
      }),
    },
  });
  client.line.send('text', { text: 'Where is my order?' });
  expect(await reports.first(({ heard }) => heard !== '')).toMatchObject({ heard: 'Six blue mugs.', interrupted: false });
  expect(asked).toEqual(['427']);
  expect(cloud.events.find(({ item }) => item?.type === 'function_call_output')?.item?.output).toContain('six blue mugs');
  expect(conversation.history.map(({ text }) => text)).toEqual(['Where is my order?', 'Six blue mugs.']);
});

it('tells of a key that is refused, and goes on', async () => {
  cloud.manner = 'refuses';
  const { client, errors, reports } = await talk();
  client.line.send('text', { text: 'hello' });
  expect(await client.line.first('error')).toMatchObject({ code: 'providerKeyRefused' });
  await expect.poll(() => cloud.asked, { timeout: 25_000 }).toBeGreaterThan(1);
  expect(errors.items.map(({ code }) => code)).toEqual(['providerKeyRefused']);
  cloud.manner = 'well';
  const asked = cloud.asked;
  await expect.poll(() => cloud.asked, { timeout: 25_000 }).toBeGreaterThan(asked);
  client.line.send('text', { text: 'hello again' });
  expect(await reports.first(({ heard }) => heard === 'Hello there.')).toMatchObject({ said: 'hello again', interrupted: false });
}, 60_000);

it('goes on with what was said before, in this conversation and in the one before it', async () => {
  const before = [{ role: 'user', text: 'My name is Ada.' }, { role: 'assistant', text: 'Noted.' }] as const;
  const waits: number[] = [];
  const { client, conversation, reports } = await talk({ history: before, clock: hasty(waits) });
  client.line.send('text', { text: 'one' });
  await reports.first(({ said }) => said === 'one');
  for (const said of ['two', 'three']) {
    cloud.manner = 'babbles';
    client.line.send('text', { text: `${said} lost` });
    await reports.first((report) => report.said === `${said} lost`);
    cloud.manner = 'well';
    client.line.send('text', { text: said });
    await reports.first((report) => report.said === said);
  }
  expect(waits).toEqual([2_000, 2_000]);
  const texts = conversation.history.map(({ text }) => text).filter((text) => !text.endsWith(' lost'));
  expect(texts).toEqual(['My name is Ada.', 'Noted.', 'one', 'Hello there.', 'two', 'Hello there.', 'three', 'Hello there.']);
}, 60_000);

it('is tried again less and less often, and at once where somebody types', async () => {
  cloud.manner = 'refuses';
  const waits: number[] = [];
  const { client, reports } = await talk({ clock: hasty(waits) });
  await expect.poll(() => waits.length, { timeout: 30_000 }).toBe(6);
  expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
  cloud.manner = 'well';
  client.line.send('text', { text: 'hello' });
  await reports.first(({ heard }) => heard === 'Hello there.');
  waits.length = 0;
  cloud.manner = 'babbles';
  client.line.send('text', { text: 'hello again' });
  await expect.poll(() => waits[0], { timeout: 15_000 }).toBe(2_000);
}, 60_000);

it('keeps its session where only a voice beside it fails', async () => {
  const waits: number[] = [];
  const tts = new FliteSpeaker();
  tts.refuses = 401;
  const { client, errors, reports } = await talk({ tts, greeting: 'Welcome.', clock: hasty(waits) });
  expect(await errors.first(() => true)).toMatchObject({ code: 'providerKeyRefused' });
  client.line.send('text', { text: 'hello' });
  await reports.first(({ heard }) => heard === 'Hello there.');
  expect([waits, cloud.asked]).toEqual([[], 1]);
});

it('answers a person whose microphone goes away in the middle of a sentence', async () => {
  const { client, reports } = await talk();
  await client.speak(AUSTEN.subarray(0, 24_000));
  expect(await reports.first(() => true)).toMatchObject({ source: 'voice', said: 'Good morning.', heard: 'Hello there.' });
});

it('keeps five seconds of a microphone for a session that has not begun, and nothing once it is closed', async () => {
  const session = new voice.AgentSession({ llm: providers.forConversation().llm });
  const listener = new RealtimeListener(session, new ManualClock(0), () => -120, { changed: () => undefined, yield: () => undefined, heard: () => undefined, answers: () => undefined });
  for (let step = 0; step < 2_000; step++) {
    listener.hear({ pcm: new Uint8Array(640), isFilled: false });
    // What pumps it on is given its time.
    await Promise.resolve();
  }
  const { stream } = session.input.audio!;
  listener.close();
  listener.hear({ pcm: new Uint8Array(640), isFilled: false });
  let kept = 0;
  for await (const { samplesPerChannel } of stream) kept += samplesPerChannel;
  expect(kept).toBe(5 * 16_000);
});

it('a model that writes needs a voice', async () => {
  const { client, conversation } = await talk();
  const { llm } = await createProviders(parseAgentConfig({}, {}), { models: new ModelStore() }).then((one) => { void one.dispose(); return one; });
  expect(() => createConversation(undefined as never, { llm, motionServer: {} })).toThrow(expect.objectContaining({ code: 'invalidConfiguration' }));
  await conversation.close();
  client.leave();
});
