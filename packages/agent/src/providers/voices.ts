import { FLITE_VOICES, KOKORO_VOICES, type FliteVoiceName, type KokoroVoiceName } from '../tts/index.js';

/** The hint of an avatar's manifest. */
export interface AvatarVoice {
  readonly language?: string;
  readonly description?: string;
}

/** An embedded voice. */
export type VoiceName = KokoroVoiceName | FliteVoiceName;

interface Choice {
  readonly kokoro: KokoroVoiceName;
  readonly flite: FliteVoiceName;
}

/** The first whose every word fits is taken; what fits nowhere gets the last. */
const CHOICES: readonly { readonly when: readonly RegExp[]; readonly choice: Choice }[] = [
  { when: [/\b(man|boy|male)\b/i, /\bbrit/i], choice: { kokoro: 'bm_george', flite: 'rms' } },
  { when: [/\b(man|boy|male)\b/i, /\b(calm|low|deep|old)/i], choice: { kokoro: 'am_fenrir', flite: 'rms' } },
  { when: [/\b(man|boy|male)\b/i, /\b(bright|playful|cartoon)/i], choice: { kokoro: 'am_puck', flite: 'rms' } },
  { when: [/\b(man|boy|male)\b/i], choice: { kokoro: 'am_michael', flite: 'rms' } },
  { when: [/\b(brit|sixties|kind)/i], choice: { kokoro: 'bf_emma', flite: 'slt' } },
  { when: [/\b(bright|playful|cartoon|young)\b/i], choice: { kokoro: 'af_bella', flite: 'slt' } },
  { when: [/\b(assured|quick)\b/i], choice: { kokoro: 'af_sarah', flite: 'slt' } },
  { when: [], choice: { kokoro: 'af_heart', flite: 'slt' } },
];

/** The embedded voices that suit an avatar; a voice named by hand goes before it, for the engine that has it. */
export function voicesFor(avatar: AvatarVoice | undefined, named: string | undefined): Choice {
  const description = avatar?.description ?? '';
  const { choice } = CHOICES.find(({ when }) => when.every((word) => word.test(description)))!;
  return {
    kokoro: KOKORO_VOICES.find((voice) => voice === named) ?? choice.kokoro,
    flite: FLITE_VOICES.find((voice) => voice === named) ?? choice.flite,
  };
}
