import { createTimedString, isTimedString, type TimedString, USERDATA_TIMED_TRANSCRIPT } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import type { TimedText } from '../tts/speech.js';

/** Beside the framework's own key for words. */
const USERDATA_PHONEMES = 'visavis.phonemes';

/** What is said in a frame of speech, and in those after it up to the next one that tells. */
export interface SpeechTimes {
  /** In milliseconds from the first sample of the segment: of all that one stream of the voice has spoken. */
  readonly words: readonly TimedText[];
  /** The same, where the voice knows its sounds: the embedded ones do. */
  readonly phonemes: readonly TimedText[];
}

/** The times that ride on a frame; both empty where there are none. Resampling a frame loses them. */
export function speechTimes(frame: AudioFrame): SpeechTimes {
  const words = frame.userdata[USERDATA_TIMED_TRANSCRIPT];
  const phonemes = frame.userdata[USERDATA_PHONEMES];
  return {
    words: Array.isArray(words) ? words.filter(isTimedString).flatMap(toWord) : [],
    phonemes: Array.isArray(phonemes) ? (phonemes as TimedText[]) : [],
  };
}

/** Puts times on a frame; returns the words as the framework wants them. */
export function setSpeechTimes(frame: AudioFrame, { words, phonemes }: SpeechTimes): TimedString[] {
  const timed = words.map(({ text, startMs, endMs }) => createTimedString({ text: `${text} `, startTime: startMs / 1000, endTime: endMs / 1000 }));
  frame.userdata[USERDATA_TIMED_TRANSCRIPT] = timed;
  frame.userdata[USERDATA_PHONEMES] = phonemes;
  return timed;
}

function toWord({ text, startTime, endTime }: TimedString): TimedText[] {
  const word = text.trim();
  if (word === '' || startTime === undefined) return [];
  return [{ text: word, startMs: startTime * 1000, endMs: (endTime ?? startTime) * 1000 }];
}
