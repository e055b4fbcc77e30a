/** What a configuration may say: the providers by name, and each one's settings. */
import { z } from 'zod';
import { FLITE_VOICES, KOKORO_VOICES } from '../tts/index.js';
import { Secret } from './secret.js';

const url = z.url({ protocol: /^(https?|wss?)$/, error: 'must be an address such as http://127.0.0.1:11434/v1' });
const name = z.string().min(1).max(200);
const key = z.instanceof(Secret);
/** How long a provider may be silent, in milliseconds. */
const within = (usualMs: number): z.ZodDefault<z.ZodNumber> => z.number().min(200).max(120_000).default(usualMs);
const hears = { timeoutMs: within(8_000) };
// A server of one's own loads its model with the first question.
const thinks = { timeoutMs: within(20_000) };
const speaks = { timeoutMs: within(8_000) };

const embeddedStt = z.strictObject({
  provider: z.literal('embedded'),
  /** `base` is exact, `tiny` quick; `auto` takes the best that is there. */
  model: z.enum(['auto', 'base', 'tiny']).default('auto'),
});
const deepgram = z.strictObject({ provider: z.literal('deepgram'), apiKey: key, model: name.default('nova-3'), language: name.default('en-US'), baseURL: url.optional(), ...hears });
const openaiStt = z.strictObject({ provider: z.literal('openai'), apiKey: key, model: name.default('gpt-4o-mini-transcribe'), language: name.default('en'), baseURL: url.optional(), ...hears });
const compatibleStt = z.strictObject({ provider: z.literal('openai-compatible'), apiKey: key.optional(), model: name.default('whisper-1'), language: name.default('en'), baseURL: url, ...hears });

const embeddedLlm = z.strictObject({
  provider: z.literal('embedded'),
  /** Folder of Markdown files; default: what comes with the package. */
  knowledge: z.string().min(1).optional(),
});
const temperature = z.number().min(0).max(2).optional();
const openaiLlm = z.strictObject({ provider: z.literal('openai'), apiKey: key, model: name.default('gpt-4.1-mini'), temperature, baseURL: url.optional(), ...thinks });
const compatibleLlm = z.strictObject({ provider: z.literal('openai-compatible'), apiKey: key.optional(), model: name, temperature, baseURL: url, ...thinks });
const realtime = z.strictObject({ provider: z.literal('openai-realtime'), apiKey: key, model: name.default('gpt-realtime'), voice: name.default('marin'), baseURL: url.optional(), ...thinks });

const speed = z.number().min(0.5).max(2).default(1);
const embeddedTts = z.strictObject({
  provider: z.literal('embedded'),
  /** `kokoro` is natural, `flite` starts at once; `auto` is Kokoro where its model is there. */
  engine: z.enum(['auto', 'kokoro', 'flite']).default('auto'),
  /** Default: as the avatar's manifest says. */
  voice: z.enum([...KOKORO_VOICES, ...FLITE_VOICES]).optional(),
  speed,
});
const elevenlabs = z.strictObject({ provider: z.literal('elevenlabs'), apiKey: key, voice: name.optional(), model: name.default('eleven_turbo_v2_5'), language: name.optional(), baseURL: url.optional(), ...speaks });
const cartesia = z.strictObject({ provider: z.literal('cartesia'), apiKey: key, voice: name.optional(), model: name.default('sonic-3'), language: name.default('en'), baseURL: url.optional(), ...speaks });
const openaiTts = z.strictObject({ provider: z.literal('openai'), apiKey: key, voice: name.default('alloy'), model: name.default('gpt-4o-mini-tts'), speed, baseURL: url.optional(), ...speaks });
const compatibleTts = z.strictObject({ provider: z.literal('openai-compatible'), apiKey: key.optional(), voice: name.default('alloy'), model: name, speed, baseURL: url, ...speaks });

export const STT = z.discriminatedUnion('provider', [embeddedStt, deepgram, openaiStt, compatibleStt]);
export const LLM = z.discriminatedUnion('provider', [embeddedLlm, openaiLlm, compatibleLlm, realtime]);
export const TTS = z.discriminatedUnion('provider', [embeddedTts, elevenlabs, cartesia, openaiTts, compatibleTts]);
export const VAD = z.strictObject({
  /** Milliseconds. */
  minSpeechMs: z.number().min(32).max(500).default(50),
  minSilenceMs: z.number().min(96).max(2_000).default(200),
  threshold: z.number().min(0.05).max(0.95).default(0.5),
});

export type SttConfig = z.infer<typeof STT>;
export type LlmConfig = z.infer<typeof LLM>;
export type TtsConfig = z.infer<typeof TTS>;
export type VadConfig = z.infer<typeof VAD>;

/** Who hears, thinks and speaks. Keys are `Secret`s: it may be logged. */
export interface AgentConfig {
  readonly stt: SttConfig;
  readonly llm: LlmConfig;
  readonly tts: TtsConfig;
  readonly vad: VadConfig;
}

export type Part = 'stt' | 'llm' | 'tts';

/** Names that each part may be given, the offline one first. */
export const PROVIDERS: Readonly<Record<Part, readonly string[]>> = {
  stt: ['embedded', 'deepgram', 'openai', 'openai-compatible'],
  llm: ['embedded', 'openai', 'openai-compatible', 'openai-realtime'],
  tts: ['embedded', 'elevenlabs', 'cartesia', 'openai', 'openai-compatible'],
};

/** Where each provider's key is looked for, in order. */
export const KEY_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  deepgram: ['DEEPGRAM_API_KEY'],
  elevenlabs: ['ELEVENLABS_API_KEY', 'ELEVEN_API_KEY'],
  cartesia: ['CARTESIA_API_KEY'],
  openai: ['OPENAI_API_KEY'],
  'openai-realtime': ['OPENAI_API_KEY'],
};
