import { EMOTIONS, type Emotion } from '@visavis/face';
import { MotionInputError } from '../error.js';

/** A word or phoneme, and when it is heard: milliseconds from the utterance's first sample. */
export interface TimedText {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** What whoever made the speech knows of it beyond its sound. Everything may be left out. */
export interface Expression {
  readonly emotion?: Emotion;
  /** How strongly, 0..1. Default 1. */
  readonly intensity?: number;
  /** Words with their times, in any order. They only help where there are no phonemes. */
  readonly words?: readonly TimedText[];
  /** IPA or ARPAbet with their times, in any order; what is no phoneme moves nothing. */
  readonly phonemes?: readonly TimedText[];
}

/** Words and phonemes alone: what may be told of an utterance as it goes on. */
export type SpeechTimes = Pick<Expression, 'words' | 'phonemes'>;

/** Most words, and most phonemes, of one utterance: over twenty minutes of fast speech. */
export const MAX_TIMED_TEXTS = 20_000;
/** Longest word or phoneme, in UTF-16 units. */
export const MAX_TIMED_TEXT_LENGTH = 200;

/** Throws MotionInputError `invalidExpression`, naming what is at fault. */
export function checkExpression({ emotion, intensity = 1, ...times }: Expression): void {
  if (emotion !== undefined && !EMOTIONS.includes(emotion)) fail(`emotion "${String(emotion).slice(0, 40)}"; use one of ${EMOTIONS.join(', ')}`);
  if (!(intensity >= 0 && intensity <= 1)) fail(`emotion intensity ${intensity}; use a number from 0 to 1`);
  checkTimes(times);
}

/** The same for times that are told later. `told`: how many of each were told before. */
export function checkTimes({ words = [], phonemes = [] }: SpeechTimes, told: { readonly words: number; readonly phonemes: number } = { words: 0, phonemes: 0 }): void {
  checkTexts('words', words, told.words);
  checkTexts('phonemes', phonemes, told.phonemes);
}

function checkTexts(name: string, texts: readonly TimedText[], told: number): void {
  if (told + texts.length > MAX_TIMED_TEXTS) fail(`${told + texts.length} ${name}; send at most ${MAX_TIMED_TEXTS}`);
  texts.forEach(({ text, startMs, endMs }, i) => {
    if (text.length > MAX_TIMED_TEXT_LENGTH) fail(`${name}[${i}] has ${text.length} characters; send at most ${MAX_TIMED_TEXT_LENGTH}`);
    if (!(startMs >= 0 && endMs >= startMs && endMs < Infinity)) fail(`${name}[${i}] lasts from ${startMs} to ${endMs} ms; 0 <= start <= end must hold`);
  });
}

function fail(message: string): never {
  throw new MotionInputError('invalidExpression', message);
}
