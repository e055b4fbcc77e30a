/**
 * What makes the whole face speak: what is known of an utterance besides its sound (emotion, words, phonemes), and what its
 * prosody does to head, brows and eyes. Knows no model; models use it.
 */
export { checkExpression, checkTimes, type Expression, type SpeechTimes, type TimedText } from './expression.js';
export { LipTimeline, type Known } from './lip-timeline.js';
export { channelsOf, Mood } from './mood.js';
export { Prosody, type Sound } from './prosody.js';
