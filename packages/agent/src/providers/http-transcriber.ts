import type { stt } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { toldConfidence, type Transcriber } from '../asr/recogniser.js';

const SAMPLE_RATE = 16_000;

/** A recogniser that is asked by HTTP for one utterance at a time. Rejects as its client does, or after `timeoutMs`. */
export function httpTranscriber(client: stt.STT, timeoutMs: number): Transcriber {
  return {
    transcribe: async (samples, signal) => {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const event = await client.recognize(frameOf(samples), signal ? AbortSignal.any([signal, timeout]) : timeout);
        const { text = '', confidence } = event.alternatives?.[0] ?? {};
        return { text: text.trim(), confidence: toldConfidence(confidence) };
      } catch (error) {
        throw timeout.aborted && !signal?.aborted ? new Error('timed out') : error;
      }
    },
  };
}

function frameOf(samples: Float32Array): AudioFrame {
  const data = Int16Array.from(samples, (value) => Math.round(Math.max(-1, Math.min(1, value)) * 32_767));
  return new AudioFrame(data, SAMPLE_RATE, 1, data.length);
}
