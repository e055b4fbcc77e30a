/**
 * For who has a voice agent already: a source of speech, relayed to a client with the avatar's motion, and told what was heard.
 * Needs nothing of LiveKit Agents. The whole conversation is the package's main entry.
 */
export type { ClientLine } from '../conversation/client-line.js';
export type { Heard } from '../stage/delivery.js';
export { relaySpeech, type RelayedSpeech, type RelayedSpeechOptions, type SpokenPiece, type SpeechControls, type SpeechSource } from './relayed-speech.js';
