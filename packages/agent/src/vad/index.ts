/** Voice activity by Silero, of `@livekit/agents-plugin-silero`: one session of the network for all conversations. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { VAD, type VADStream } from '@livekit/agents';
import { VAD as Silero } from '@livekit/agents-plugin-silero';
import { importRuntime } from '../graph/index.js';
import type { InferenceSession } from 'onnxruntime-node';

const WINDOW_MS = 32;

export interface SileroOptions {
  /** Speech so long, in milliseconds, counts as begun. Default 50: two windows. */
  readonly minSpeechMs?: number;
  /** Silence so long, in milliseconds, ends it. Default 200. */
  readonly minSilenceMs?: number;
  /** Probability from which a window is speech, 0..1. Default 0.5. */
  readonly threshold?: number;
}

/** Rejects with the runtime's own error where onnxruntime or the network cannot be loaded. */
export async function loadSilero(options: SileroOptions = {}): Promise<VAD> {
  const { InferenceSession: Session } = await importRuntime();
  const folder = dirname(createRequire(import.meta.url).resolve('@livekit/agents-plugin-silero'));
  const session = await Session.create(join(folder, 'silero_vad.onnx'), { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
  return new SharedSilero(session, options);
}

/** The plugin's own VAD keeps every stream it ever made; here each stream has a VAD of its own, gone with it. */
class SharedSilero extends VAD {
  label = 'visavis.Silero';
  readonly #session: InferenceSession;
  readonly #options: Required<SileroOptions>;

  constructor(session: InferenceSession, { minSpeechMs = 50, minSilenceMs = 200, threshold = 0.5 }: SileroOptions) {
    super({ updateInterval: WINDOW_MS });
    this.#session = session;
    this.#options = { minSpeechMs, minSilenceMs, threshold };
  }

  override get minSilenceDuration(): number {
    return this.#options.minSilenceMs;
  }

  stream(): VADStream {
    const { minSpeechMs, minSilenceMs, threshold } = this.#options;
    return new Silero(this.#session, {
      minSpeechDuration: minSpeechMs, minSilenceDuration: minSilenceMs, activationThreshold: threshold,
      prefixPaddingDuration: 500, maxBufferedSpeech: 60_000, sampleRate: 16_000, forceCPU: true,
    }).stream();
  }
}
