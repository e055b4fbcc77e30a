import { EMOTIONS, type Emotion, type EnvelopeBodies } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';

type RequestOptions = NonNullable<EnvelopeBodies['clientAudioInput']['requestOptions']>;

/** A word or phoneme, and when it is heard: milliseconds from the utterance's first sample. Rounded to whole ones. */
export interface TimedSpeech {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** What a backend knows of an utterance besides its sound; taken from a request's first chunk. */
export interface SpeechOptions {
  /** Shown on the face while it speaks. Default `neutral`. */
  readonly emotion?: Emotion;
  /** How strongly, 0..1. Default 1. */
  readonly emotionIntensity?: number;
  /** Words with times: help to tell where lips close. */
  readonly words?: readonly TimedSpeech[];
  /** Phonemes with times, in IPA or ARPAbet: lips close exactly where they say. */
  readonly phonemes?: readonly TimedSpeech[];
  /** Resume: no frame before this time comes back. */
  readonly startMs?: number;
  /** Resume: the audio begins this much before `startMs`. */
  readonly warmupMs?: number;
}

/** As the wire has them. Throws `invalidRequest` where an emotion or a number is none. */
export function toRequestOptions(options: SpeechOptions): RequestOptions {
  const { emotion, emotionIntensity = 1, words = [], phonemes = [], ...place } = options;
  if (emotion !== undefined && !EMOTIONS.includes(emotion)) fail(`emotion "${String(emotion)}"; use one of ${EMOTIONS.join(', ')}`);
  if (!(emotionIntensity >= 0 && emotionIntensity <= 1)) fail(`emotionIntensity ${emotionIntensity}; use a number from 0 to 1`);
  return { ...place, ...(emotion ? { emotion, emotionIntensity } : {}), words: words.map(rounded), phonemes: phonemes.map(rounded) };
}

function rounded({ text, startMs, endMs }: TimedSpeech): TimedSpeech {
  if (!(startMs >= 0 && endMs >= startMs && endMs <= MAX_MS)) fail(`"${text}" lasts from ${startMs} to ${endMs} ms; 0 <= startMs <= endMs must hold`);
  return { text, startMs: Math.round(startMs), endMs: Math.round(endMs) };
}

/** The wire's whole numbers have 32 bits. */
const MAX_MS = 2 ** 32 - 1;

function fail(message: string): never {
  throw new VisavisError('invalidRequest', message);
}
