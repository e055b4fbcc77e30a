import { voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import type { TimedText } from '../tts/speech.js';

/** Where LiveKit Agents puts words with times; it exports no name for it. */
const TIMED_TRANSCRIPT = 'lk.timed_transcripts';

/** Words that LiveKit Agents' voices tell the times of; a text without an end is no word's. */
export function timedTranscript(frame: AudioFrame): { words: TimedText[]; phonemes: TimedText[] } {
  const told = frame.userdata[TIMED_TRANSCRIPT];
  const words = (Array.isArray(told) ? told : []).filter(voice.isTimedString).flatMap(({ text, startTime, endTime }) => {
    if (startTime === undefined || endTime === undefined || text.trim() === '') return [];
    return [{ text: text.trim(), startMs: startTime * 1000, endMs: endTime * 1000 }];
  });
  return { words, phonemes: [] };
}
