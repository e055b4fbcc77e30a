/** Providers reached over a network, by LiveKit's plugins. Each is made anew for a conversation, for errors are told per object. */
import { type llm, type stt, tokenize, tts, type VAD } from '@livekit/agents';
import { VisavisError } from '@visavis/protocol/errors';
import { GatedStt } from './embedded/speech-to-text.js';
import { httpTranscriber } from './http-transcriber.js';
import type { LlmConfig, SttConfig, TtsConfig } from './schema.js';
import type { Secret } from './secret.js';

type Cloud<Config extends { provider: string }> = Exclude<Config, { provider: 'embedded' }>;

/** Servers of one's own often want none, and the clients insist on one. */
const NO_KEY = 'none';

/** Resolves with what makes one for a conversation. Rejects with `invalidConfiguration` where the plugin is not installed. */
export async function cloudStt(config: Cloud<SttConfig>, vad: VAD): Promise<() => stt.STT> {
  const { model, language, baseURL } = config;
  if (config.provider === 'deepgram') {
    const { STT } = await plugin('deepgram', () => import('@livekit/agents-plugin-deepgram'));
    const baseUrl = baseURL?.replace(/^http/, 'ws');
    return () => new STT({ apiKey: config.apiKey.reveal(), model, language, ...(baseUrl ? { baseUrl } : {}) });
  }
  const { STT } = await plugin('openai', () => import('@livekit/agents-plugin-openai'));
  return () => {
    const client = new STT({ apiKey: reveal(config.apiKey), model, language, useRealtime: false, ...(baseURL ? { baseURL } : {}) });
    return new GatedStt({ final: httpTranscriber(client), vad, language, model, provider: config.provider });
  };
}

export async function cloudLlm(config: Cloud<LlmConfig>): Promise<() => llm.LLM | llm.RealtimeModel> {
  const { LLM, realtime } = await plugin('openai', () => import('@livekit/agents-plugin-openai'));
  const { model, baseURL } = config;
  const where = { model, apiKey: reveal(config.apiKey), ...(baseURL ? { baseURL } : {}) };
  if (config.provider === 'openai-realtime') return () => new realtime.RealtimeModel({ ...where, voice: config.voice });
  const { temperature } = config;
  return () => new LLM({ ...where, ...(temperature === undefined ? {} : { temperature }) });
}

export async function cloudTts(config: Cloud<TtsConfig>): Promise<() => tts.TTS> {
  const { model, voice, baseURL } = config;
  if (config.provider === 'elevenlabs') {
    const { TTS } = await plugin('elevenlabs', () => import('@livekit/agents-plugin-elevenlabs'));
    const { apiKey, language } = config;
    return () => new TTS({ apiKey: apiKey.reveal(), model, encoding: 'pcm_24000' as 'pcm_22050', ...(voice ? { voiceId: voice } : {}), ...(language ? { language } : {}), ...(baseURL ? { baseURL } : {}) });
  }
  if (config.provider === 'cartesia') {
    const { TTS } = await plugin('cartesia', () => import('@livekit/agents-plugin-cartesia'));
    const { apiKey, language } = config;
    return () => new TTS({ apiKey: apiKey.reveal(), model, language, sampleRate: 24_000, ...(voice ? { voice } : {}), ...(baseURL ? { baseUrl: baseURL } : {}) });
  }
  const { TTS } = await plugin('openai', () => import('@livekit/agents-plugin-openai'));
  const { speed } = config;
  return () => {
    const whole = new TTS({ apiKey: reveal(config.apiKey), model, voice: voice as 'alloy', speed, ...(baseURL ? { baseURL } : {}) });
    return new tts.StreamAdapter(whole, new tokenize.basic.SentenceTokenizer());
  };
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
