/** Who hears, thinks and speaks, chosen by configuration, as the types of LiveKit Agents: the embedded engines, or others by its plugins. */
export { loadAgentConfig, parseAgentConfig, type ConfigSources } from './config.js';
export { createProviders, type ConversationProviders, type Providers, type ProvidersOptions } from './create.js';
export { toProviderError } from './errors.js';
export { type AgentConfig, type LlmConfig, type Part, PROVIDERS, type SttConfig, type TtsConfig, type VadConfig } from './schema.js';
export { Secret } from './secret.js';
export { speechTimes, type SpeechTimes } from './speech-times.js';
export { type AvatarVoice, type VoiceName, voicesFor } from './voices.js';
