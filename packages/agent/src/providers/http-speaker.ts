import { VisavisError } from '@visavis/protocol/errors';
import type { Speaker } from '../tts/speech.js';
import { estimateWords } from '../tts/words.js';
import type { Secret } from './secret.js';

/** What OpenAI's `pcm` is: 16 bits, mono. */
const SAMPLE_RATE = 24_000;
const OFFICIAL = 'https://api.openai.com/v1';
/** Two minutes of sound, which no clause has. */
const MAX_BYTES = 2 * 60 * SAMPLE_RATE * 2;

export interface HttpSpeakerOptions {
  readonly baseURL: string | undefined;
  readonly apiKey: Secret | undefined;
  readonly model: string;
  readonly voice: string;
  readonly speed: number;
  /** For a whole clause, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * OpenAI's speech endpoint, and those of others that speak its protocol, a clause at a time; word times are estimated. The
 * plugin is not used for it, for what fails there ends the process: its stream leaves the rejection unhandled.
 */
export function httpSpeaker({ baseURL = OFFICIAL, apiKey, model, voice, speed, timeoutMs }: HttpSpeakerOptions): Speaker {
  return {
    sampleRate: SAMPLE_RATE,
    synthesise: async (text, signal) => {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const response = await fetch(`${baseURL}/audio/speech`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey.reveal()}` } : {}) },
          body: JSON.stringify({ input: text, model, voice, speed, response_format: 'pcm' }),
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        });
        const samples = await samplesOf(response);
        const pcm = { samples, sampleRate: SAMPLE_RATE };
        return { pcm, words: estimateWords(text, pcm), phonemes: [] };
      } catch (error) {
        signal?.throwIfAborted();
        throw timeout.aborted ? new Error('timed out') : error;
      }
    },
  };
}

async function samplesOf(response: Response): Promise<Int16Array> {
  if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { status: response.status });
  const type = response.headers.get('content-type') ?? '';
  if (/^(text|application\/json)/.test(type)) throw new VisavisError('providerFailed', `the voice sent ${type.split(';')[0]!} and no sound: check its address and model`);
  const bytes = await response.arrayBuffer();
  if (bytes.byteLength > MAX_BYTES) throw new VisavisError('providerFailed', 'the voice sent more sound than a clause can have');
  return new Int16Array(bytes.slice(0, bytes.byteLength - (bytes.byteLength % 2)));
}
