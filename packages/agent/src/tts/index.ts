/** Voices: text to speech, clause by clause, with the times of words and sounds where the voice knows them. Knows no network and no turns. */
export { ClauseCutter, splitClauses } from './clauses.js';
export { createFlite, createFliteVoice, FLITE_VOICES, type FliteVoiceName } from './flite/index.js';
export { createKokoro, createKokoroVoice, KOKORO_VOICES, type KokoroOptions, type KokoroVoiceName } from './kokoro/index.js';
export type { Speaker, Speech, TimedText, Voice, VoiceEngine } from './speech.js';
export { estimateWords, isSilent } from './words.js';
