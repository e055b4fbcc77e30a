/** The embedded engines as providers of LiveKit Agents. */
import type { stt, tts } from '@livekit/agents';
import type { SttConfig, TtsConfig } from '../schema.js';
import { ClauseTts } from '../clause-tts.js';
import { type AvatarVoice, voicesFor } from '../voices.js';
import type { Engines } from './engines.js';
import { withFallback } from './fallback-speaker.js';
import { GatedStt } from '../gated-stt.js';

type Of<Config, Provider> = Extract<Config, { provider: Provider }>;

/** Kokoro's clauses are shorter: one that was cut keeps its worker busy until it is made. */
const KOKORO_MAX_CLAUSE = 100;
/** Two seconds of speech: a clause takes about as long to make as it is long, and nobody waits for ten words where five would do. */
const KOKORO_FIRST_CLAUSE = 40;

/** Undefined where no model is there. */
export function embeddedStt({ model }: Of<SttConfig, 'embedded'>, { tiny, base, vad }: Engines): stt.STT | undefined {
  const final = model === 'tiny' ? tiny : (base ?? (model === 'auto' ? tiny : undefined));
  if (!final) return undefined;
  return new GatedStt({ final, ...(tiny ? { partial: tiny } : {}), vad, language: 'en', model: `moonshine-${final === tiny ? 'tiny' : 'base'}`, provider: 'embedded' });
}

/** `onFailure` is told of clauses that Kokoro failed at and flite spoke. */
export function embeddedTts(config: Of<TtsConfig, 'embedded'>, engines: Engines, avatar: AvatarVoice | undefined, onFailure: (error: unknown) => void): tts.TTS {
  const voices = voicesFor(avatar, config.voice);
  const flite = engines.flite.speaker(voices.flite, config.speed);
  if (!engines.kokoro || usesFlite(config)) return new ClauseTts({ speaker: flite, model: `flite ${voices.flite}`, provider: 'embedded' });
  const speaker = withFallback(engines.kokoro.speaker(voices.kokoro, config.speed), flite, onFailure);
  return new ClauseTts({ speaker, model: `kokoro ${voices.kokoro}`, provider: 'embedded', maxClause: KOKORO_MAX_CLAUSE, firstClause: KOKORO_FIRST_CLAUSE });
}

/** By its engine, or by a voice that flite alone has. */
function usesFlite({ engine, voice }: Of<TtsConfig, 'embedded'>): boolean {
  return engine === 'flite' || (engine === 'auto' && voice !== undefined && !voice.includes('_'));
}
