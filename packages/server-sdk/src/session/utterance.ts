import type { EnvelopeBodies, ServerResponseAnimation } from '@visavis/protocol/ingress';
import { KeptAudio } from './kept-audio.js';
import { ReplyProgress } from './reply-progress.js';
import { NOTHING_TOLD, type TimesOnly, type ToldCount } from './speech-options.js';

export type AudioInput = EnvelopeBodies['clientAudioInput'];
/** What only a request's first message says. */
export type Opening = Pick<AudioInput, 'requestOptions' | 'traceContext'>;

/**
 * Audio before the place of resumption, of which nothing comes back: the model's state and the levels it adapts to are
 * then close to what they were. A whole number of its 40 ms steps.
 */
export const WARMUP_MS = 1000;
/** Audio is sent again in messages of this size, bytes. */
const RESEND_BYTES = 256 * 1024;

export interface UtteranceOptions {
  readonly reqId: string;
  /** Of the PCM, Hz. */
  readonly sampleRate: number;
  readonly expectsAudio: boolean;
  readonly opening: Opening;
}

/** Interrupted: its reply is not wanted. Failed: the server has given it up. Dropped: the connection that knew of it is gone. */
export type UtteranceState = 'awaited' | 'interrupted' | 'failed' | 'dropped';

/** One request without an end from the server: what it takes to ask for the rest of its reply again. */
export class Utterance {
  readonly reqId: string;
  #state: UtteranceState = 'awaited';
  readonly #options: UtteranceOptions;
  readonly #startMs: number;
  /** The time of the audio's first byte: before `startMs` where the request brought a warm-up of its own. */
  readonly #originMs: number;
  readonly #progress: ReplyProgress;
  #kept: KeptAudio | undefined = new KeptAudio();
  /** What was told after the opening, each with the chunk it came with. */
  #later: TimesOnly[] = [];
  #told: ToldCount = NOTHING_TOLD;
  #ended = false;

  constructor(options: UtteranceOptions) {
    const { startMs = 0, warmupMs = 0, words = [], phonemes = [] } = options.opening.requestOptions ?? {};
    this.reqId = options.reqId;
    this.#options = options;
    this.#startMs = startMs;
    this.#originMs = startMs - warmupMs;
    this.#told = { words: words.length, phonemes: phonemes.length };
    this.#progress = new ReplyProgress(startMs, options.expectsAudio);
  }

  get state(): UtteranceState {
    return this.#state;
  }

  /** The rest of its reply is not asked for again, so its audio is not kept. */
  giveUp(state: Exclude<UtteranceState, 'awaited'>): void {
    this.#state = state;
    this.forget();
  }

  /** Memory held, bytes. */
  get keptBytes(): number {
    return this.#kept?.length ?? 0;
  }

  /** False where audio that would be needed is forgotten. */
  get resumable(): boolean {
    return this.#kept !== undefined;
  }

  append(audio: Uint8Array, end: boolean): void {
    this.#kept?.append(audio);
    this.#ended ||= end;
  }

  /** How many words and phonemes the server knows of it. */
  get told(): ToldCount {
    return this.#told;
  }

  tell(times: TimesOnly): void {
    if (this.#kept) this.#later.push(times);
    this.#told = { words: this.#told.words + times.words.length, phonemes: this.#told.phonemes + times.phonemes.length };
  }

  /** Gives up what it takes to resume. */
  forget(): void {
    this.#later = [];
    this.#kept = undefined;
  }

  /** Takes note of a message of the reply, frees audio no longer needed, and gives what of it is new. */
  accept(response: ServerResponseAnimation): ServerResponseAnimation | undefined {
    const fresh = this.#progress.accept(response);
    this.#kept?.trim(this.#byteAt(this.#fromMs));
    return fresh;
  }

  /** The messages that ask another connection for the rest of the reply. Audio in them is a view: send it at once. */
  resume(): AudioInput[] {
    const { reqId, opening } = this.#options;
    const startMs = this.#progress.resumeMs;
    const fromMs = this.#fromMs;
    const audio = this.#kept?.since(this.#byteAt(fromMs)) ?? new Uint8Array(0);
    const place = startMs === this.#startMs ? {} : { startMs, warmupMs: startMs - fromMs };
    const requestOptions = { ...opening.requestOptions, ...place };
    this.#progress.restart();
    const told = this.#later.filter((times) => reaches(times, fromMs)).map((times): AudioInput => ({ reqId, requestOptions: times }));
    // What was told goes ahead of all audio: the server works on that as it comes.
    const pieces = told.length > 0 ? [new Uint8Array(0), ...cut(audio, RESEND_BYTES)] : cut(audio, RESEND_BYTES);
    const inputs = pieces.map((piece, i): AudioInput => ({
      reqId,
      audio: piece,
      end: this.#ended && i === pieces.length - 1,
      ...(i === 0 ? { ...opening, ...(Object.keys(requestOptions).length > 0 ? { requestOptions } : {}) } : {}),
    }));
    return [...inputs.slice(0, 1), ...told, ...inputs.slice(1)];
  }

  /** Where audio must begin if the connection broke now. */
  get #fromMs(): number {
    const { resumeMs } = this.#progress;
    return resumeMs === this.#startMs ? this.#originMs : Math.max(this.#originMs, resumeMs - WARMUP_MS);
  }

  #byteAt(ms: number): number {
    return Math.round(((ms - this.#originMs) * this.#options.sampleRate) / 1000) * 2;
  }
}

/** At least one piece, be it empty. */
function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / size));
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

function reaches({ words, phonemes }: TimesOnly, ms: number): boolean {
  return [...words, ...phonemes].some(({ endMs }) => endMs > ms);
}
