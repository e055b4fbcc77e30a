import { Conditioner } from './condition.js';
import { MotionInputError } from './error.js';
import { checkExpression, checkTimes, type Expression, type SpeechTimes } from './expression/index.js';
import { FrameSampler, type MotionFrame } from './frames.js';
import type { MotionModel, MotionStream } from './model.js';
import { StreamingResampler } from './resample/index.js';

/** Sample rates in Hz that an engine takes. */
export const SUPPORTED_SAMPLE_RATES = [8_000, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;
export const MIN_FPS = 25;
export const MAX_FPS = 60;
/** Audio that may wait for a `pull`: ten minutes, the longest file one would push at once. A server pulls as it pushes. */
export const MAX_PENDING_MS = 600_000;

export interface MotionEngineOptions {
  readonly model: MotionModel;
  /** Rate of the pushed samples: one of SUPPORTED_SAMPLE_RATES. */
  readonly sampleRate: number;
  /** Frames per second, a whole number from 25 to 60. */
  readonly fps: number;
  /** Where to resume: frames before this time of the utterance are not returned. Default 0. */
  readonly startMs?: number;
  /** How much audio before `startMs` is pushed first, to warm the model up; at most `startMs`. Default 0. */
  readonly warmupMs?: number;
  /** What is known of the utterance beyond its sound. Default nothing. */
  readonly expression?: Expression;
}

/**
 * Speech audio in, frames out, for one utterance at a time. No I/O, no clock: frames depend on the samples alone and
 * what is told of them, bit for bit the same however they are cut into pushes.
 *
 * Frame k is at k * 1000 / fps ms from the utterance's first sample. After `flush` the frames cover the audio: every k
 * whose time lies before its end, none for no audio, and the mouth eases to rest over the last 50 ms. Before that a
 * frame waits for the model's look-ahead and those 50 ms.
 *
 * Between pulls at most MAX_PENDING_MS of audio is taken, kept as poses; a push beyond it throws `backlogFull`.
 */
export class MotionEngine {
  readonly #options: Required<MotionEngineOptions>;
  readonly #stream: MotionStream;
  readonly #conditioner: Conditioner;
  readonly #resampler: StreamingResampler;
  readonly #sampler: FrameSampler;
  /** How many words and phonemes are known. */
  #told: { readonly words: number; readonly phonemes: number };
  /** Samples pushed, and those of them that a pull has seen. */
  #samples = 0;
  #pulledSamples = 0;
  #ended = false;
  #closed = false;
  /** Counts resets: a pull begun before one gives nothing. */
  #run = 0;
  #pulling: Promise<unknown> = Promise.resolve();

  /** Throws MotionInputError `unsupportedSampleRate`, `unsupportedFrameRate`, `invalidStart` or `invalidExpression`. */
  constructor(options: MotionEngineOptions) {
    this.#options = { startMs: 0, warmupMs: 0, expression: {}, ...options };
    checkOptions(this.#options);
    const { model, sampleRate, fps, startMs, expression } = this.#options;
    this.#conditioner = new Conditioner(sampleRate);
    this.#resampler = new StreamingResampler(sampleRate, model.sampleRate);
    this.#sampler = new FrameSampler({ fps, poseRateHz: model.poseRateHz, originMs: this.#originMs, startMs });
    this.#told = countOf(expression);
    this.#stream = model.open({ expression, originMs: this.#originMs });
  }

  /**
   * Takes the next samples, mono, nominally in [-1, 1] (louder ones are clipped, a constant offset is taken out). Nothing is kept of a push that throws:
   * `invalidSamples` (NaN or infinite), `backlogFull` (pull first), `closed` (after close, or after flush before reset).
   */
  push(samples: Float32Array): void {
    if (this.#closed || this.#ended) throw new MotionInputError('closed', 'this utterance has ended; reset the engine or make a new one');
    const pending = this.#samples + samples.length - this.#pulledSamples;
    if (pending > (MAX_PENDING_MS / 1000) * this.#options.sampleRate) {
      throw new MotionInputError('backlogFull', `over ${MAX_PENDING_MS} ms of audio wait; pull frames before pushing more`);
    }
    const clean = this.#conditioner.push(samples);
    this.#samples += samples.length;
    this.#stream.push(this.#resampler.push(clean));
  }

  /**
   * Tells more of the utterance than was known at first, in milliseconds from its start: as the voice goes on, ahead of the
   * audio it is about. What it says of audio pushed before comes too late for frames that are ready. Throws MotionInputError
   * `invalidExpression`, also where it would be over 20,000 words or phonemes in all, and then has taken nothing.
   */
  tell(times: SpeechTimes): void {
    if (this.#closed) return;
    checkTimes(times, this.#told);
    const more = countOf(times);
    this.#told = { words: this.#told.words + more.words, phonemes: this.#told.phonemes + more.phonemes };
    this.#stream.tell?.(times);
  }

  /**
   * The frames that became ready since the last pull, in order, each with a pose the caller owns. Pulls that overlap are
   * served one after the other. One that `reset` or `close` overtakes gives []. Rejects where the model fails.
   */
  pull(): Promise<MotionFrame[]> {
    const run = this.#run;
    const pulled = this.#pulling.then(() => this.#pull(run));
    this.#pulling = pulled.catch(() => undefined);
    return pulled;
  }

  /** Ends the audio; the next pull gives the frames left. Further calls change nothing. */
  flush(): void {
    if (this.#ended || this.#closed) return;
    this.#ended = true;
    this.#stream.push(this.#resampler.flush());
    this.#stream.flush();
  }

  /** Forgets the utterance: the engine is as it was made, and what was not pulled is gone. */
  reset(): void {
    if (this.#closed) return;
    this.#run++;
    this.#samples = 0;
    this.#pulledSamples = 0;
    this.#ended = false;
    this.#told = countOf(this.#options.expression);
    this.#conditioner.reset();
    this.#resampler.reset();
    this.#stream.reset();
    this.#sampler.reset();
  }

  /** Frees the stream in the model. The model stays open: it belongs to the caller. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#run++;
    this.#sampler.reset();
    this.#stream.close();
  }

  async #pull(run: number): Promise<MotionFrame[]> {
    if (run !== this.#run || this.#closed) return [];
    // Read before the model answers: poses of audio pushed meanwhile are not among them.
    const samples = this.#samples;
    const ended = this.#ended;
    const poses = await this.#stream.pull();
    if (run !== this.#run) return [];
    this.#pulledSamples = samples;
    const untilMs = this.#originMs + (samples * 1000) / this.#options.sampleRate;
    this.#sampler.add(poses);
    return this.#sampler.take(untilMs, ended);
  }

  /** Time of the first pushed sample. */
  get #originMs(): number {
    return this.#options.startMs - this.#options.warmupMs;
  }
}

function countOf({ words = [], phonemes = [] }: SpeechTimes): { words: number; phonemes: number } {
  return { words: words.length, phonemes: phonemes.length };
}

function checkOptions({ sampleRate, fps, startMs, warmupMs, expression }: Required<MotionEngineOptions>): void {
  if (!SUPPORTED_SAMPLE_RATES.some((rate) => rate === sampleRate)) {
    throw new MotionInputError('unsupportedSampleRate', `sample rate ${sampleRate}; use one of ${SUPPORTED_SAMPLE_RATES.join(', ')}`);
  }
  if (!Number.isInteger(fps) || fps < MIN_FPS || fps > MAX_FPS) {
    throw new MotionInputError('unsupportedFrameRate', `fps ${fps}; use a whole number from ${MIN_FPS} to ${MAX_FPS}`);
  }
  if (!Number.isFinite(startMs) || !(warmupMs >= 0 && warmupMs <= startMs)) {
    throw new MotionInputError('invalidStart', `startMs ${startMs}, warmupMs ${warmupMs}; 0 <= warmupMs <= startMs must hold`);
  }
  checkExpression(expression);
}
