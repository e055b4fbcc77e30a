import { EMOTIONS, type Emotion, type EnvelopeBodies } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';

type RequestOptions = NonNullable<EnvelopeBodies['clientAudioInput']['requestOptions']>;

/** What the wire has of words and phonemes. */
export type TimesOnly = Required<SpeechTimes>;

/** A word or phoneme, and when it is heard: milliseconds from the utterance's first sample. Rounded to whole ones. */
export interface TimedSpeech {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** When what is said is heard: as much as is known by now. More may follow with each chunk, and adds to it. */
export interface SpeechTimes {
  /** Words with times: help to tell where lips close. */
  readonly words?: readonly TimedSpeech[];
  /** Phonemes with times, in IPA or ARPAbet: lips close exactly where they say, from the first to the last of those sent with one chunk. */
  readonly phonemes?: readonly TimedSpeech[];
}

/** What a backend knows of an utterance besides its sound. All but the times is taken from a request's first chunk. */
export interface SpeechOptions extends SpeechTimes {
  /** Shown on the face while it speaks. Default `neutral`. */
  readonly emotion?: Emotion;
  /** How strongly, 0..1. Default 1. */
  readonly emotionIntensity?: number;
  /** Resume: no frame before this time comes back. */
  readonly startMs?: number;
  /** Resume: the audio begins this much before `startMs`. */
  readonly warmupMs?: number;
}

/** Most words, and most phonemes, of one request. */
const MAX_TIMES = 20_000;
/** The wire's whole numbers have 32 bits. */
const MAX_MS = 2 ** 32 - 1;

/** What a request has been told so far, counted. */
export interface ToldCount {
  readonly words: number;
  readonly phonemes: number;
}

export const NOTHING_TOLD: ToldCount = { words: 0, phonemes: 0 };

/** As the wire has them. Throws `invalidRequest` where an emotion or a number is none. */
export function toRequestOptions({ emotion, emotionIntensity = 1, words = [], phonemes = [], ...place }: SpeechOptions): RequestOptions {
  if (emotion !== undefined && !EMOTIONS.includes(emotion)) fail(`emotion "${String(emotion)}"; use one of ${EMOTIONS.join(', ')}`);
  if (!(emotionIntensity >= 0 && emotionIntensity <= 1)) fail(`emotionIntensity ${emotionIntensity}; use a number from 0 to 1`);
  return { ...place, ...(emotion ? { emotion, emotionIntensity } : {}), ...toTimes({ words, phonemes }, NOTHING_TOLD) };
}

/** The times alone, for a chunk that is not the first; undefined where there are none. Throws `invalidRequest` as well where they get too many. */
export function toLaterOptions({ words = [], phonemes = [] }: SpeechTimes, told: ToldCount): TimesOnly | undefined {
  return words.length + phonemes.length === 0 ? undefined : toTimes({ words, phonemes }, told);
}

function toTimes({ words, phonemes }: Required<SpeechTimes>, told: ToldCount): TimesOnly {
  if (Math.max(told.words + words.length, told.phonemes + phonemes.length) > MAX_TIMES) fail(`a request holds at most ${MAX_TIMES} words and ${MAX_TIMES} phonemes; send the rest without`);
  return { words: words.map(rounded), phonemes: phonemes.map(rounded) };
}

function rounded({ text, startMs, endMs }: TimedSpeech): TimedSpeech {
  if (!(startMs >= 0 && endMs >= startMs && endMs <= MAX_MS)) fail(`"${text}" lasts from ${startMs} to ${endMs} ms; 0 <= startMs <= endMs must hold`);
  return { text, startMs: Math.round(startMs), endMs: Math.round(endMs) };
}

function fail(message: string): never {
  throw new VisavisError('invalidRequest', message);
}
