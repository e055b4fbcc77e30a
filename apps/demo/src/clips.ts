import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { TimedText } from '@visavis/agent/tts';
import { parseWav, StreamingResampler, toFloatSamples, type Pcm } from '@visavis/motion';

/** Recorded speech, with its words where they are known. */
export interface Clip {
  readonly pcm: Pcm;
  readonly text: string;
  readonly words: readonly TimedText[];
}

interface SampleFile {
  readonly text: string;
  readonly words: readonly TimedText[];
}

/** What sessions are configured for; other rates are converted. */
export const SPEECH_RATE = 16_000;
/** Uploaded clips kept; the oldest goes first. */
const MAX_CLIPS = 8;
/** Largest upload, bytes: five minutes at 48 kHz. */
export const MAX_CLIP_BYTES = 32 * 1024 * 1024;
const LEAST_RATE = 8_000;
const MOST_RATE = 48_000;

/** Reads the recorded sample that ships with the demo. */
export async function loadSample(name: string): Promise<Clip> {
  const file = (extension: string): URL => new URL(`../assets/samples/${name}.${extension}`, import.meta.url);
  const { text, words } = JSON.parse(readFileSync(file('json'), 'utf8')) as SampleFile;
  return { pcm: await atSpeechRate(parseWav(readFileSync(file('wav')))), text, words };
}

/** Clips that were handed in to be spoken by a page: at most eight, in memory. */
export class ClipStore {
  readonly #clips = new Map<string, Clip>();
  readonly #createId: () => string;

  constructor(createId: () => string) {
    this.#createId = createId;
  }

  /** Takes a WAV file; resolves with its id. Rejects where it cannot be spoken. */
  async add(wav: Uint8Array): Promise<string> {
    const clip: Clip = { pcm: await atSpeechRate(parseWav(wav)), text: '', words: [] };
    const id = this.#createId();
    this.#clips.set(id, clip);
    for (const oldest of this.#clips.keys()) {
      if (this.#clips.size <= MAX_CLIPS) break;
      this.#clips.delete(oldest);
    }
    return id;
  }

  get(id: string): Clip | undefined {
    return this.#clips.get(id);
  }
}

/** Converts a second at a time and lets others go between: five minutes take longer than a conversation can stand still. */
async function atSpeechRate({ samples, sampleRate }: Pcm): Promise<Pcm> {
  if (sampleRate === SPEECH_RATE) return { samples, sampleRate };
  if (sampleRate < LEAST_RATE || sampleRate > MOST_RATE) {
    throw new RangeError(`a clip of ${sampleRate} Hz cannot be spoken; give ${LEAST_RATE} to ${MOST_RATE} Hz`);
  }
  const resampler = new StreamingResampler(sampleRate, SPEECH_RATE);
  const converted = new Int16Array(Math.ceil((samples.length * SPEECH_RATE) / sampleRate));
  let written = 0;
  const take = (part: Float32Array): void => {
    for (const value of part) converted[written++] = Math.round(Math.max(-1, Math.min(1, value)) * 32767);
  };
  for (let at = 0; at < samples.length; at += sampleRate) {
    take(resampler.push(toFloatSamples(samples.subarray(at, at + sampleRate))));
    await setImmediate();
  }
  take(resampler.flush());
  return { sampleRate: SPEECH_RATE, samples: converted };
}
