import type { Pcm } from '@visavis/motion';
import type { TimedText } from './speech.js';

/** One part in two hundred of full scale, -46 dB: quieter edges count as silence. */
const SILENCE = 164;

/** Whether there is nothing to hear. */
export function isSilent({ samples }: Pcm): boolean {
  return !samples.some(isLoud);
}

/** Silence in front of the first sound, less `keptMs` of it; 0 where there is no sound. */
export function leadingSilenceMs({ samples, sampleRate }: Pcm, keptMs: number): number {
  return Math.max(0, (Math.max(0, samples.findIndex(isLoud)) * 1000) / sampleRate - keptMs);
}

/**
 * Word times for a clause whose synthesiser tells none: shared out by letters over the part of the audio that is not
 * silent. An estimate, good enough to follow a caption.
 */
export function estimateWords(text: string, { samples, sampleRate }: Pcm): TimedText[] {
  const words = text.split(' ').filter(Boolean);
  const letters = words.map((word) => word.replace(/[^\p{L}\p{N}]/gu, '').length + 1);
  const total = letters.reduce((sum, count) => sum + count, 0);
  const { startMs, endMs } = soundingSpan(samples, sampleRate);
  let done = 0;
  return words.map((word, i) => {
    const from = startMs + ((endMs - startMs) * done) / total;
    done += letters[i]!;
    return { text: word, startMs: Math.round(from), endMs: Math.round(startMs + ((endMs - startMs) * done) / total) };
  });
}

function soundingSpan(samples: Int16Array, sampleRate: number): { startMs: number; endMs: number } {
  const first = Math.max(0, samples.findIndex(isLoud));
  const last = samples.findLastIndex(isLoud);
  return { startMs: (first * 1000) / sampleRate, endMs: ((last < 0 ? samples.length : last + 1) * 1000) / sampleRate };
}

function isLoud(sample: number): boolean {
  return Math.abs(sample) > SILENCE;
}
