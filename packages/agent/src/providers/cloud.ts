/** Providers reached over a network, by LiveKit's plugins. Each is made anew for a conversation, for errors are told per object. */
import type { llm, stt, tts, VAD } from '@livekit/agents';
import { VisavisError } from '@visavis/protocol/errors';
import { ClauseTts } from './clause-tts.js';
import { GatedStt } from './gated-stt.js';
import { httpSpeaker } from './http-speaker.js';
import { httpTranscriber } from './http-transcriber.js';
import { LastingStt } from './lasting-stt.js';
import { realtimeModel } from './realtime.js';
import type { LlmConfig, SttConfig, TtsConfig } from './schema.js';
import type { Secret } from './secret.js';
import { watchAnswer, watchSpeech } from './watch.js';

type Cloud<Config extends { provider: string }> = Exclude<Config, { provider: 'embedded' }>;

/** Servers of one's own often want none, and the clients insist on one. */
const NO_KEY = 'none';

/** Resolves with what makes one for a conversation. Rejects with `invalidConfiguration` where the plugin is not installed. */
export async function cloudStt(config: Cloud<SttConfig>, vad: VAD): Promise<() => stt.STT> {
  const { model, language, baseURL, timeoutMs } = config;
  if (config.provider === 'deepgram') {
    const { STT } = await plugin('deepgram', () => import('@livekit/agents-plugin-deepgram'));
    const baseUrl = baseURL?.replace(/^http/, 'ws');
    const make = (): stt.STT => new STT({ apiKey: config.apiKey.reveal(), model, language, ...(baseUrl ? { baseUrl } : {}) });
    return () => new LastingStt({ make, vad, timeoutMs });
  }
  const { STT } = await plugin('openai', () => import('@livekit/agents-plugin-openai'));
  return () => {
    const client = new STT({ apiKey: reveal(config.apiKey), model, language, useRealtime: false, ...(baseURL ? { baseURL } : {}) });
    return new GatedStt({ final: httpTranscriber(client, timeoutMs), vad, language, model, provider: config.provider });
  };
}

export async function cloudLlm(config: Cloud<LlmConfig>): Promise<() => llm.LLM | llm.RealtimeModel> {
  const { LLM, realtime } = await plugin('openai', () => import('@livekit/agents-plugin-openai'));
  const { model, baseURL, timeoutMs } = config;
  const where = { model, apiKey: reveal(config.apiKey), ...(baseURL ? { baseURL } : {}) };
  if (config.provider === 'openai-realtime') return () => realtimeModel(realtime, { ...where, voice: config.voice, timeoutMs });
  const { temperature } = config;
  return () => {
    const thinking = new LLM({ ...where, ...(temperature === undefined ? {} : { temperature }) });
    const chat = thinking.chat.bind(thinking);
    thinking.chat = (options) => watchAnswer(thinking, chat(options), timeoutMs);
    return thinking;
  };
}

export async function cloudTts(config: Cloud<TtsConfig>): Promise<() => tts.TTS> {
  const make = await ttsMaker(config);
  return () => {
    const voice = make();
    const stream = voice.stream.bind(voice);
    voice.stream = (options) => watchSpeech(voice, stream(options), config.timeoutMs);
    return voice;
  };
}

async function ttsMaker(config: Cloud<TtsConfig>): Promise<() => tts.TTS> {
  const { model, voice, baseURL } = config;
  if (config.provider === 'elevenlabs') {
    const { TTS } = await plugin('elevenlabs', () => import('@livekit/agents-plugin-elevenlabs'));
    const { apiKey, language } = config;
    return () => explained(new TTS({ apiKey: apiKey.reveal(), model, encoding: 'pcm_24000' as 'pcm_22050', ...(voice ? { voiceId: voice } : {}), ...(language ? { language } : {}), ...(baseURL ? { baseURL } : {}) }));
  }
  if (config.provider === 'cartesia') {
    const { TTS } = await plugin('cartesia', () => import('@livekit/agents-plugin-cartesia'));
    const { apiKey, language } = config;
    return () => new TTS({ apiKey: apiKey.reveal(), model, language, sampleRate: 24_000, ...(voice ? { voice } : {}), ...(baseURL ? { baseUrl: baseURL } : {}) });
  }
  const { apiKey, speed, timeoutMs } = config;
  const speaker = httpSpeaker({ baseURL, apiKey, model, voice: config.voice, speed, timeoutMs });
  return () => new ClauseTts({ speaker, model, provider: config.provider });
}

/** The plugin says "could not connect" and keeps the reason, such as a refused key, to itself. */
function explained<Voice extends tts.TTS & { currentConnection(): Promise<unknown> }>(voice: Voice): Voice {
  const connect = voice.currentConnection.bind(voice);
  let reason: Error | undefined;
  voice.currentConnection = () => connect().catch((error: unknown) => {
    reason = error instanceof Error ? error : undefined;
    throw error;
  });
  voice.on('error', (event) => {
    if (reason && event.error.message.startsWith('could not connect')) event.error = reason;
  });
  return voice;
}

function reveal(key: Secret | undefined): string {
  return key?.reveal() ?? NO_KEY;
}

async function plugin<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    throw new VisavisError('invalidConfiguration', `@livekit/agents-plugin-${name} is not installed: npm install it, or choose embedded`, { cause });
  }
}
