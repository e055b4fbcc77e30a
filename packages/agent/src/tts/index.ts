/** Voices: text to speech, clause by clause, with the times of words and sounds where the voice knows them. Knows no network and no turns. */
export { splitClauses } from './clauses.js';
export { createFliteVoice, FLITE_VOICES, type FliteVoiceName } from './flite/index.js';
export { createKokoroVoice, KOKORO_VOICES, type KokoroOptions, type KokoroVoiceName } from './kokoro/index.js';
export type { Speech, TimedText, Voice } from './speech.js';
export { estimateWords, isSilent } from './words.js';
