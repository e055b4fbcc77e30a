import { checkExpression, checkTimes, type Emotion, type Expression, type SpeechTimes } from '@visavis/motion';
import type { RequestOptions } from '@visavis/protocol/ingress';
import { refusal } from './refusal.js';

/** The wire counts samples at 48 kHz in 32 bits, a day's worth: half of that for where a request resumes, half for what follows. */
const MAX_START_MS = 12 * 3_600_000;

/** What a request says of itself besides its audio, in milliseconds of the utterance: where to resume, and what is known of it. */
export interface RequestStart {
  readonly startMs: number;
  readonly warmupMs: number;
  readonly expression: Expression;
}

/** Throws `invalidRequest` where the resume point or the expression is not usable. */
export function readStart(options: RequestOptions | undefined): RequestStart {
  if (!options) return { startMs: 0, warmupMs: 0, expression: {} };
  const { startMs, warmupMs, emotion, emotionIntensity: intensity } = options;
  if (warmupMs > startMs) throw refusal('invalidRequest', 'warmup_ms reaches back before the start of the request', 'send warmup_ms of at most start_ms');
  if (startMs > MAX_START_MS) throw refusal('invalidRequest', `start_ms is over ${MAX_START_MS}`, 'begin a new request: none is resumed after its twelfth hour');
  const expression = { ...(emotion === '' ? {} : { emotion: emotion as Emotion, intensity }), ...timesOf(options) };
  refuseWhere(() => checkExpression(expression));
  return { startMs, warmupMs, expression };
}

/** What a later message of a request tells, with how many were told before. Throws `invalidRequest` where that is not usable. */
export function readTimes(options: RequestOptions, told: { readonly words: number; readonly phonemes: number }): Required<SpeechTimes> {
  const times = timesOf(options);
  refuseWhere(() => checkTimes(times, told));
  return times;
}

function refuseWhere(check: () => void): void {
  try {
    check();
  } catch (cause) {
    throw refusal('invalidRequest', (cause as Error).message, 'correct the request options, or leave them out', { cause });
  }
}

/** Without what protobuf adds to a message, for it may cross to another thread. */
function timesOf({ words, phonemes }: RequestOptions): Required<SpeechTimes> {
  return { words: words.map(timed), phonemes: phonemes.map(timed) };
}

function timed({ text, startMs, endMs }: RequestOptions['words'][number]): { text: string; startMs: number; endMs: number } {
  return { text, startMs, endMs };
}
