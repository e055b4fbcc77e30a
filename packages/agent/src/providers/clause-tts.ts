/** Voices that speak a clause at a time, as a `tts.TTS` of LiveKit Agents: text in as it is written, speech out. Knows no engine and no turns. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type APIConnectOptions, shortuuid, tts } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { ClauseCutter } from '../tts/clauses.js';
import type { Speaker, Speech, TimedText } from '../tts/speech.js';
import { isSilent } from '../tts/words.js';
import { setSpeechTimes } from './speech-times.js';

const FRAME_MS = 100;
/** Speech made ahead of the moment it could be heard, at most: the stream waits until there is less. */
const MAX_AHEAD_MS = 30_000;

export interface ClauseTtsOptions {
  readonly speaker: Speaker;
  /** Names, for reports. */
  readonly model: string;
  readonly provider: string;
  /** Longest clause in characters. Default 160. */
  readonly maxClause?: number;
  /** Of a text's first clause; the next ones may be longer by and by. Default `maxClause`. */
  readonly firstClause?: number;
}

export class ClauseTts extends tts.TTS {
  label = 'visavis.ClauseTts';
  readonly #options: ClauseTtsOptions;

  constructor(options: ClauseTtsOptions) {
    super(options.speaker.sampleRate, 1, { streaming: true, alignedTranscript: true });
    this.#options = options;
  }

  override get model(): string {
    return this.#options.model;
  }

  override get provider(): string {
    return this.#options.provider;
  }

  synthesize(text: string, connOptions?: APIConnectOptions, abortSignal?: AbortSignal): tts.ChunkedStream {
    return new WholeText(this, this.#options, text, connOptions, abortSignal);
  }

  stream({ connOptions }: { connOptions?: APIConnectOptions } = {}): tts.SynthesizeStream {
    return new TextStream(this, this.#options, connOptions);
  }
}

/** A text that is there as a whole. */
class WholeText extends tts.ChunkedStream {
  label = 'visavis.WholeText';
  readonly #owner: ClauseTts;
  readonly #options: ClauseTtsOptions;

  constructor(owner: ClauseTts, options: ClauseTtsOptions, text: string, connOptions?: APIConnectOptions, abortSignal?: AbortSignal) {
    super(text, owner, connOptions, abortSignal);
    this.#owner = owner;
    this.#options = options;
  }

  /** Tells what fails by itself: what this throws, the framework tells and then leaves unhandled, which ends the process. */
  protected async run(): Promise<void> {
    const cutter = new ClauseCutter(this.#options.maxClause, this.#options.firstClause);
    const segment = new Segment(this.#options.speaker, (audio) => this.queue.put(audio), this.abortSignal);
    try {
      for (const clause of [...cutter.push(this.inputText), ...cutter.flush()]) {
        if (!(await segment.speak(clause))) return;
      }
    } catch (error) {
      this.#owner.emit('error', { type: 'tts_error', timestamp: Date.now(), label: this.label, error: error as Error, recoverable: false });
    }
  }
}

/** A text that is still being written. */
class TextStream extends tts.SynthesizeStream {
  label = 'visavis.TextStream';
  readonly #options: ClauseTtsOptions;

  constructor(owner: ClauseTts, options: ClauseTtsOptions, connOptions?: APIConnectOptions) {
    super(owner, connOptions);
    this.#options = options;
  }

  protected async run(): Promise<void> {
    const cutter = new ClauseCutter(this.#options.maxClause, this.#options.firstClause);
    const segment = new Segment(this.#options.speaker, (audio) => this.queue.put(audio), this.abortSignal);
    const speakAll = async (clauses: readonly string[]): Promise<boolean> => {
      for (const clause of clauses) {
        this.markStarted();
        if (!(await segment.speak(clause))) return false;
      }
      return true;
    };
    for await (const piece of this.input) {
      if (!(await speakAll(typeof piece === 'string' ? cutter.push(piece) : cutter.flush()))) return;
    }
    if (await speakAll(cutter.flush())) this.queue.put(tts.SynthesizeStream.END_OF_STREAM);
  }
}

/** The speech of one stream: frames in order, with the times of what is said. */
class Segment {
  readonly #speaker: Speaker;
  readonly #put: (audio: tts.SynthesizedAudio) => void;
  readonly #signal: AbortSignal;
  readonly #id = shortuuid();
  #samples = 0;
  #startedAt = 0;

  constructor(speaker: Speaker, put: (audio: tts.SynthesizedAudio) => void, signal: AbortSignal) {
    this.#speaker = speaker;
    this.#put = put;
    this.#signal = signal;
  }

  /** False once it is cut. Rejects as the speaker does. */
  async speak(clause: string): Promise<boolean> {
    try {
      await this.#keepNear();
      const speech = await this.#speaker.synthesise(clause, this.#signal);
      if (!isSilent(speech.pcm)) this.#emit(clause, speech);
      return true;
    } catch (error) {
      if (this.#signal.aborted) return false;
      throw error;
    }
  }

  async #keepNear(): Promise<void> {
    if (this.#samples === 0) return;
    const aheadMs = this.#lengthMs - (performance.now() - this.#startedAt) - MAX_AHEAD_MS;
    if (aheadMs > 0) await sleep(aheadMs, undefined, { signal: this.#signal });
  }

  #emit(clause: string, { pcm: { samples, sampleRate }, words, phonemes }: Speech): void {
    if (this.#samples === 0) this.#startedAt = performance.now();
    const startMs = this.#lengthMs;
    const times = { words: words.map((word) => later(word, startMs)), phonemes: phonemes.map((phoneme) => later(phoneme, startMs)) };
    const size = (sampleRate * FRAME_MS) / 1000;
    for (let at = 0; at < samples.length; at += size) {
      const part = samples.slice(at, at + size);
      const frame = new AudioFrame(part, sampleRate, 1, part.length);
      const audio = { requestId: this.#id, segmentId: this.#id, frame, final: false };
      this.#put(at === 0 ? { ...audio, deltaText: clause, timedTranscripts: setSpeechTimes(frame, times) } : audio);
    }
    this.#samples += samples.length;
  }

  get #lengthMs(): number {
    return (this.#samples * 1000) / this.#speaker.sampleRate;
  }
}

function later({ text, startMs, endMs }: TimedText, byMs: number): TimedText {
  return { text, startMs: startMs + byMs, endMs: endMs + byMs };
}
