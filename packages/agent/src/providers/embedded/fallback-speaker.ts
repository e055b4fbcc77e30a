import { VisavisError } from '@visavis/protocol/errors';
import { StreamingResampler, toFloatSamples, type Pcm } from '@visavis/motion';
import type { Speaker, Speech } from '../../tts/speech.js';

/**
 * Speaks by `first`, and a clause that it fails at by `second`, at the first one's rate. `onFailure` is told each time;
 * a clause that was cut is no failure.
 */
export function withFallback(first: Speaker, second: Speaker, onFailure: (error: unknown) => void): Speaker {
  return {
    sampleRate: first.sampleRate,
    synthesise: async (text, signal) => {
      try {
        return await first.synthesise(text, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (VisavisError.isInstance(error) && error.code === 'invalidState') throw error; // it was disposed of
        onFailure(error);
        return atRate(await second.synthesise(text, signal), first.sampleRate);
      }
    },
  };
}

function atRate(speech: Speech, sampleRate: number): Speech {
  return { ...speech, pcm: resample(speech.pcm, sampleRate) };
}

function resample({ samples, sampleRate }: Pcm, wanted: number): Pcm {
  if (sampleRate === wanted) return { samples, sampleRate };
  const resampler = new StreamingResampler(sampleRate, wanted);
  const parts = [resampler.push(toFloatSamples(samples)), resampler.flush()];
  const converted = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let written = 0;
  for (const part of parts) for (const value of part) converted[written++] = Math.round(Math.max(-1, Math.min(1, value)) * 32_767);
  return { samples: converted, sampleRate: wanted };
}
