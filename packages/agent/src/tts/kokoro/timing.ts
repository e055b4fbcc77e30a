import type { TimedText } from '../speech.js';
import { toIpa } from './arpabet.js';
import type { SpokenWord } from './english.js';

/** Kokoro's output, and how long it meant each letter to last. */
export interface Spoken {
  /** 24 kHz, -1..1. */
  readonly audio: Float32Array;
  /** Frames of the letters between the two zero tokens, those included: one more on either side. */
  readonly frames: Float32Array;
}

export const SAMPLE_RATE = 24_000;
/** Of the duration track, in samples. */
const FRAME = 600;
/** The audio leads the duration track by 55 to 65 ms (measured on level and voicing). */
const LEAD_MS = 60;
/** Kept of the silence before the first sound, which is 320 to 410 ms as it comes. */
const KEPT_MS = 40;
/** 20 dB below quiet speech: the model's silence is not quite zero. */
const QUIET = 0.004;

const STRESS = /[ˈˌ]/;
const SILENT = /[\s;:,.!?—…"()“”]/u;

/** Letters with their times, in the words that wrote them; the silence in front is cut off, and counted as never there. */
export function timeLetters(words: readonly SpokenWord[], { audio, frames }: Spoken): { samples: Int16Array; words: TimedText[]; phonemes: TimedText[] } {
  const cut = leadingSilence(audio);
  const endMs = ((audio.length - cut) * 1000) / SAMPLE_RATE;
  const cutMs = (cut * 1000) / SAMPLE_RATE + LEAD_MS;
  const at = (frame: number): number => Math.min(endMs, Math.max(0, (frame * FRAME * 1000) / SAMPLE_RATE - cutMs));
  const phonemes: TimedText[] = [];
  const timed: TimedText[] = [];
  let frame = frames[0] ?? 0;
  let index = 1;
  for (const { text, sounds } of words) {
    let pending = frame;
    const first = phonemes.length;
    for (const letter of sounds) {
      const from = frame;
      frame += frames[index++] ?? 0;
      // A stress mark has a time of its own: it belongs to the vowel after it.
      if (STRESS.test(letter)) continue;
      if (!SILENT.test(letter)) phonemes.push({ text: toIpa(letter), startMs: at(Math.min(pending, from)), endMs: at(frame) });
      pending = frame;
    }
    const spoken = phonemes.slice(first);
    if (spoken.length > 0) timed.push({ text, startMs: Math.round(spoken[0]!.startMs), endMs: Math.round(spoken.at(-1)!.endMs) });
    frame += frames[index++] ?? 0; // the space
  }
  return { samples: toInt16(audio.subarray(cut)), words: timed, phonemes: phonemes.filter(({ startMs, endMs: end }) => end > startMs) };
}

/** Samples before the first sound, less what is kept of them. */
function leadingSilence(audio: Float32Array): number {
  const first = audio.findIndex((sample) => Math.abs(sample) > QUIET);
  return Math.max(0, (first < 0 ? 0 : first) - Math.round((KEPT_MS * SAMPLE_RATE) / 1000));
}

function toInt16(audio: Float32Array): Int16Array {
  return Int16Array.from(audio, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767));
}
