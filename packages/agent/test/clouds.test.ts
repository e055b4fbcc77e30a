import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeLogger, llm, stt, type tts } from '@livekit/agents';
import type { VisavisError } from '@visavis/protocol/errors';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ModelStore } from '../src/models/index.js';
import { type ConversationProviders, createProviders, parseAgentConfig, type Part, speechTimes, toProviderError } from '../src/providers/index.js';
import { startCartesia } from './clouds/cartesia.js';
import { startDeepgram } from './clouds/deepgram.js';
import { startElevenLabs } from './clouds/elevenlabs.js';
import { startOpenAi } from './clouds/openai.js';
import { startRealtime } from './clouds/realtime.js';
import { type Cloud, FAULTS, KEY, type Manner, tone } from './clouds/server.js';
import { AUSTEN, collect, pushAll, silence } from './speech.js';

initializeLogger({ pretty: false, level: 'silent' });
const TIMEOUT_MS = 700;
const TEXT = 'Good morning to you all. The weather is very fine today.';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Set {
  readonly mine: ConversationProviders;
  readonly errors: VisavisError[];
}

/** One part by a cloud at `url`, the others embedded; its errors as the user is told them. */
async function connect(part: Part, settings: object, cloud: Cloud, manner: Manner = 'well'): Promise<Set> {
  cloud.manner = manner;
  const models = new ModelStore({ folder: await mkdtemp(join(tmpdir(), 'visavis-no-models-')) });
  const config = parseAgentConfig({ [part]: { apiKey: '${TEST_KEY}', timeoutMs: TIMEOUT_MS, ...settings } }, { TEST_KEY: KEY });
  const providers = await createProviders(config, { models });
  const mine = providers.forConversation();
  const errors: VisavisError[] = [];
  const emitter = mine[part] as unknown as { on(event: 'error', listener: (event: { error: Error }) => void): void };
  if ('on' in emitter) emitter.on('error', (event) => errors.push(toProviderError(event, part)));
  cleanups.push(() => cloud.close(), () => providers.dispose(), () => mine.dispose());
  return { mine, errors };
}

/** What a fault is told as: a code, and for a stream that is cut or nonsense whichever the plugin makes of it. */
const CODES: Record<(typeof FAULTS)[number], string> = {
  refuses: 'providerKeyRefused', busy: 'providerBusy', cuts: 'providerFailed', babbles: 'providerFailed', silent: 'providerTimeout',
};

async function speak(voice: tts.TTS, { ttsConnOptions }: ConversationProviders['connOptions']): Promise<Awaited<ReturnType<typeof collect>>> {
  const stream = voice.stream({ connOptions: { maxRetry: 1, retryIntervalMs: 10, timeoutMs: ttsConnOptions?.timeoutMs ?? TIMEOUT_MS } });
  stream.updateInputStream(new ReadableStream<string>({ start: (controller) => { controller.enqueue(TEXT); controller.close(); } }) as never);
  return collect(stream);
}

const VOICES = [
  { name: 'elevenlabs', start: startElevenLabs, settings: (url: string) => ({ provider: 'elevenlabs', baseURL: `${url}/v1` }), times: true },
  { name: 'cartesia', start: startCartesia, settings: (url: string) => ({ provider: 'cartesia', baseURL: url }), times: true },
  { name: 'openai', start: startOpenAi, settings: (url: string) => ({ provider: 'openai', baseURL: `${url}/v1` }), times: false },
] as const;

describe.each(VOICES)('speaking by $name', ({ start, settings, times }) => {
  it('gives the very sound that the provider sent, at 24 kHz, with the times of words where it tells them', async () => {
    const cloud = await start();
    const { mine, errors } = await connect('tts', settings(cloud.url), cloud);
    const { frames } = await speak(mine.tts!, mine.connOptions);
    expect(errors).toEqual([]);
    expect(frames.every(({ sampleRate }) => sampleRate === 24_000)).toBe(true);
    const samples = frames.flatMap(({ data }) => [...data]);
    const sent = new Int16Array(tone(5).buffer);
    expect(samples.slice(0, sent.length)).toEqual([...sent]);
    expect(samples.length / 24).toBeGreaterThanOrEqual(500);
    const words = frames.flatMap((frame) => speechTimes(frame).words);
    if (times) expect(words.map(({ text }) => text)).toEqual(TEXT.split(' '));
    expect(words.every(({ startMs }, i) => startMs >= (words[i - 1]?.startMs ?? 0))).toBe(true);
  });

  it.each(FAULTS)('tells of a provider that %s', async (manner) => {
    const cloud = await start();
    const { mine, errors } = await connect('tts', settings(cloud.url), cloud, manner);
    await speak(mine.tts!, mine.connOptions);
    // Nonsense is passed over by some plugins: then it is the silence after it that is told.
    expect(errors.map(({ code }) => code)).toContainEqual(manner === 'babbles' ? expect.stringMatching(/^provider(Failed|Timeout)$/) : CODES[manner]);
    expect(JSON.stringify(errors.map(({ message, detail }) => [message, detail]))).not.toContain(KEY);
  });
});

async function ask(model: llm.LLM): Promise<string> {
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: 'Hello?' });
  let answer = '';
  for await (const { delta } of model.chat({ chatCtx, connOptions: { maxRetry: 1, retryIntervalMs: 10, timeoutMs: TIMEOUT_MS } })) answer += delta?.content ?? '';
  return answer;
}

describe.each(['openai', 'openai-compatible'])('thinking by %s', (provider) => {
  const settings = (url: string): object => ({ provider, baseURL: `${url}/v1`, model: 'm' });

  it('streams the answer of the model it names', async () => {
    const cloud = await startOpenAi();
    const { mine, errors } = await connect('llm', settings(cloud.url), cloud);
    expect(await ask(mine.llm as llm.LLM)).toBe('Hello there.');
    expect(JSON.parse(cloud.bodies[0]!)).toMatchObject({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hello?' }] });
    expect(errors).toEqual([]);
  });

  it.each(FAULTS)('tells of a provider that %s', async (manner) => {
    const cloud = await startOpenAi();
    const { mine, errors } = await connect('llm', settings(cloud.url), cloud, manner);
    await ask(mine.llm as llm.LLM);
    expect(errors.map(({ code }) => code)).toContain(CODES[manner]);
  });
});

async function hear(mine: ConversationProviders, until: (events: stt.SpeechEvent[]) => boolean): Promise<stt.SpeechEvent[]> {
  const stream = mine.stt!.stream({ connOptions: { maxRetry: 1, retryIntervalMs: 10, timeoutMs: TIMEOUT_MS } });
  cleanups.push(() => stream.close());
  const events: stt.SpeechEvent[] = [];
  void (async () => { for await (const event of stream) events.push(event); })();
  await pushAll(stream, silence(300), AUSTEN.slice(0, 48_000), silence(800));
  await vi.waitUntil(() => until(events), { timeout: 15_000 });
  return events;
}

const textsOf = (events: readonly stt.SpeechEvent[], type: stt.SpeechEventType): string[] => events.filter((event) => event.type === type).map((event) => event.alternatives![0].text);

const EARS = [
  { name: 'deepgram', start: startDeepgram, settings: (url: string) => ({ provider: 'deepgram', baseURL: url }) },
  { name: 'openai', start: startOpenAi, settings: (url: string) => ({ provider: 'openai', baseURL: `${url}/v1` }) },
] as const;

describe.each(EARS)('hearing by $name', ({ name, start, settings }) => {
  it('gives the provider the sound and the conversation the text', async () => {
    const cloud = await start();
    const { mine, errors } = await connect('stt', settings(cloud.url), cloud);
    const events = await hear(mine, (all) => textsOf(all, stt.SpeechEventType.FINAL_TRANSCRIPT).length > 0);
    expect(textsOf(events, stt.SpeechEventType.FINAL_TRANSCRIPT)).toEqual(['Hello there.']);
    expect(errors).toEqual([]);
    const heard = 'heard' in cloud ? Buffer.concat(cloud.heard) : Buffer.from(cloud.bodies[0]!, 'latin1');
    // Every byte of speech that is not at an edge where a provider may trim.
    expect(heard.includes(Buffer.from(AUSTEN.buffer, AUSTEN.byteOffset + 32_000, 6_400))).toBe(true);
    if (name === 'deepgram') expect(textsOf(events, stt.SpeechEventType.INTERIM_TRANSCRIPT)).toEqual(['Hello']);
  });

  it.each(FAULTS.filter((manner) => name !== 'deepgram' || !['cuts', 'babbles'].includes(manner)))('tells of a provider that %s', async (manner) => {
    const cloud = await start();
    const { mine, errors } = await connect('stt', settings(cloud.url), cloud, manner);
    await hear(mine, () => errors.length > 0);
    expect(errors[0]!.code).toBe(CODES[manner]);
  });
});

describe('hearing by deepgram', () => {
  it.each(['cuts', 'babbles'] as const)('connects anew, and hears on, where the provider %s', async (manner) => {
    const cloud = await startDeepgram();
    const { mine } = await connect('stt', { provider: 'deepgram', baseURL: cloud.url }, cloud, manner);
    const stream = mine.stt!.stream({ connOptions: { maxRetry: 3, retryIntervalMs: 10, timeoutMs: TIMEOUT_MS } });
    cleanups.push(() => stream.close());
    const events: stt.SpeechEvent[] = [];
    void (async () => { for await (const event of stream) events.push(event); })();
    await pushAll(stream, silence(300), AUSTEN.slice(0, 48_000), silence(800));
    cloud.manner = 'well';
    await vi.waitUntil(() => cloud.asked > 1, { timeout: 15_000 });
    await pushAll(stream, AUSTEN.slice(0, 64_000));
    await vi.waitUntil(() => textsOf(events, stt.SpeechEventType.FINAL_TRANSCRIPT).length > 0, { timeout: 15_000 });
  });
});

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('a realtime model', () => {
  async function open(manner: Manner): Promise<Set & { session: llm.RealtimeSession }> {
    const cloud = await startRealtime();
    const { mine } = await connect('llm', { provider: 'openai-realtime', baseURL: `${cloud.url}/v1` }, cloud, manner);
    const session = (mine.llm as llm.RealtimeModel).session();
    const errors: VisavisError[] = [];
    session.on('error', (event: unknown) => errors.push(toProviderError(event, 'llm')));
    cleanups.push(() => session.close());
    return { mine, errors, session };
  }

  it('hears and speaks by itself, so that there is no other recogniser and no other voice', async () => {
    const { mine, session, errors } = await open('well');
    expect([mine.stt, mine.tts]).toEqual([undefined, undefined]);
    const { messageStream } = await session.generateReply();
    const [message] = await all(messageStream);
    const samples = (await all(message!.audioStream)).reduce((sum, { samplesPerChannel }) => sum + samplesPerChannel, 0);
    expect((await all(message!.textStream)).join('')).toBe('Hello there.');
    expect(samples).toBe(12_000);
    expect(errors).toEqual([]);
  });

  it.each(FAULTS)('tells of a provider that %s, and the process lives', async (manner) => {
    const { session, errors } = await open(manner);
    const reply = session.generateReply().catch((error: unknown) => errors.push(toProviderError(error, 'llm')));
    await vi.waitUntil(() => errors.length > 0, { timeout: 20_000 });
    expect(errors[0]!.code).toBe(CODES[manner]);
    await session.close();
    await reply;
  });
});
