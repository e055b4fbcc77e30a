import type { llm, SessionConnectOptions, stt, tts, VAD } from '@livekit/agents';
import { ensureLogger } from '../conversation/livekit.js';
import type { ModelStore } from '../models/index.js';
import { cloudLlm, cloudStt, cloudTts } from './cloud.js';
import { startBrainServer } from './embedded/brain-server.js';
import { createEngines, type Engines } from './embedded/engines.js';
import { embeddedStt, embeddedTts } from './embedded/index.js';
import { toProviderError } from './errors.js';
import type { AgentConfig, LlmConfig } from './schema.js';
import type { AvatarVoice, VoiceName } from './voices.js';

/** Who hears, thinks and speaks in one conversation. */
export interface ConversationProviders {
  /** Undefined where no recogniser's model is there, or the language model hears for itself: text input goes on. */
  readonly stt: stt.STT | undefined;
  readonly llm: llm.LLM | llm.RealtimeModel;
  /** Undefined where the language model speaks for itself. */
  readonly tts: tts.TTS | undefined;
  /** Shared by all. */
  readonly vad: VAD;
  /** For an `AgentSession`: a provider that fails is tried once more, and none ends the conversation. */
  readonly connOptions: SessionConnectOptions;
  /** Ends what is under way for this conversation. */
  dispose(): Promise<void>;
}

export interface Providers extends ConversationProviders {
  /**
   * Objects of its own, for errors are told per object, over the same engines. `voice` is the avatar manifest's; `named`, an
   * embedded voice, goes before it and before the configuration's, where the embedded engines speak.
   */
  forConversation(options?: { readonly voice?: AvatarVoice | undefined; readonly named?: VoiceName | undefined }): ConversationProviders;
  /** Loads the embedded models in use, which takes seconds; without it the first turn waits for them. Never rejects. */
  warm(): Promise<void>;
  /** In words, without keys: for logs and settings. */
  describe(): Readonly<Record<'stt' | 'llm' | 'tts' | 'vad', string>>;
  /** Ends everything, the shared engines too. */
  dispose(): Promise<void>;
}

export interface ProvidersOptions {
  readonly models: ModelStore;
  /** One line about something that is missing or was made up for. Default: nobody is told. */
  readonly onNotice?: (line: string) => void;
}

const CONN_OPTIONS: SessionConnectOptions = {
  sttConnOptions: { maxRetry: 3, retryIntervalMs: 1_000, timeoutMs: 8_000 },
  llmConnOptions: { maxRetry: 1, retryIntervalMs: 500, timeoutMs: 8_000 },
  ttsConnOptions: { maxRetry: 1, retryIntervalMs: 500, timeoutMs: 8_000 },
  maxUnrecoverableErrors: Number.MAX_SAFE_INTEGER,
};

/** Once a process. Rejects with `invalidConfiguration` where a plugin is not installed or the knowledge folder cannot be used. */
export async function createProviders(config: AgentConfig, { models, onNotice = () => undefined }: ProvidersOptions): Promise<Providers> {
  ensureLogger();
  const engines = await createEngines(models, config.vad);
  try {
    const brain = await createLlm(config.llm);
    const makeStt = config.stt.provider === 'embedded' ? undefined : await cloudStt(config.stt, engines.vad);
    const makeTts = config.tts.provider === 'embedded' ? undefined : await cloudTts(config.tts);
    const shared = { config, engines, makeLlm: brain.make, makeStt, makeTts, onNotice };
    noticeMissing(shared);
    const first = open(shared, undefined);
    return {
      ...first,
      forConversation: ({ voice, named } = {}) => open(shared, voice, named),
      warm: () => engines.warm({ hearing: config.stt.provider === 'embedded' && first.stt !== undefined, kokoro: first.tts?.model.startsWith('kokoro') ?? false }),
      describe: () => describe(first, config),
      dispose: async () => {
        await first.dispose();
        await Promise.all([brain.close(), engines.dispose()]);
      },
    };
  } catch (error) {
    await engines.dispose();
    throw error;
  }
}

interface Shared {
  readonly config: AgentConfig;
  readonly engines: Engines;
  readonly onNotice: (line: string) => void;
  makeLlm(): llm.LLM | llm.RealtimeModel;
  readonly makeStt: (() => stt.STT) | undefined;
  readonly makeTts: (() => tts.TTS) | undefined;
}

function open({ config, engines, makeLlm, makeStt, makeTts, onNotice }: Shared, voice: AvatarVoice | undefined, named?: VoiceName): ConversationProviders {
  const alone = config.llm.provider === 'openai-realtime';
  const hearing = config.stt.provider === 'embedded' ? embeddedStt(config.stt, engines) : makeStt?.();
  const onFailure = (error: unknown): void => onNotice(`${toProviderError(error, 'tts').message}; flite speaks instead`);
  const speaking = config.tts.provider === 'embedded' ? embeddedTts(named ? { ...config.tts, engine: 'auto', voice: named } : config.tts, engines, voice, onFailure) : makeTts?.();
  const mine = { stt: alone ? undefined : hearing, llm: makeLlm(), tts: alone ? undefined : speaking };
  const dispose = async (): Promise<void> => {
    await Promise.all([mine.stt?.close(), mine.tts?.close(), closeLlm(mine.llm)]);
  };
  return { ...mine, vad: engines.vad, connOptions: CONN_OPTIONS, dispose };
}

async function createLlm(config: LlmConfig): Promise<{ make(): llm.LLM | llm.RealtimeModel; close(): Promise<void> }> {
  if (config.provider !== 'embedded') return { make: await cloudLlm(config), close: () => Promise.resolve() };
  const server = await startBrainServer(config.knowledge);
  const { LLM } = await import('@livekit/agents-plugin-openai');
  const { baseURL, apiKey, model } = server;
  return { make: () => new LLM({ baseURL, apiKey, model }), close: () => server.close() };
}

async function closeLlm(model: llm.LLM | llm.RealtimeModel): Promise<void> {
  if ('close' in model) await model.close();
  else await model.aclose();
}

function noticeMissing({ config, engines, onNotice }: Shared): void {
  if (config.llm.provider === 'openai-realtime') return;
  const { tiny, base, kokoro } = engines;
  if (config.stt.provider === 'embedded' && !tiny && !base) onNotice('There is no speech recognition yet, so type instead: run "visavis models pull moonshine-tiny moonshine-base".');
  else if (config.stt.provider === 'embedded' && !base) onNotice('Speech recognition is less exact without its larger model: run "visavis models pull moonshine-base".');
  if (config.tts.provider === 'embedded' && config.tts.engine !== 'flite' && !kokoro) onNotice('The light voice flite speaks, for the natural one is not here: run "visavis models pull kokoro".');
}

function describe({ stt: hearing, llm: thinking, tts: speaking, vad }: ConversationProviders, config: AgentConfig): Record<'stt' | 'llm' | 'tts' | 'vad', string> {
  const alone = config.llm.provider === 'openai-realtime';
  const say = (object: { provider: string; model: string } | undefined, provider: string): string => (object ? `${provider} ${object.model}` : alone ? 'the language model' : 'none');
  return { stt: say(hearing, config.stt.provider), llm: say(thinking, config.llm.provider), tts: say(speaking, config.tts.provider), vad: vad.label };
}
