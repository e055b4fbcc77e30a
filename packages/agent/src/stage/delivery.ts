import type { Clock, SpeechOptions, SpeechTimes, TranscriptLine, Turn } from '@visavis/server-sdk';
import type { SpokenWords } from '../speech/spoken-words.js';
import type { TimedText } from '../tts/speech.js';
import { Loudness, SILENT_DB } from './loudness.js';

/** How far speech may run ahead of what is heard, milliseconds; whoever makes it waits then. */
export const MAX_AHEAD_MS = 20_000;
/** A client that was told to stop reports within a round trip; after this, what it last told must do. */
const REPORT_WAIT_MS = 400;

/** No utterance is longer, milliseconds: a day. A voice that tells such times has no clock. */
const LONGEST_MS = 86_400_000;
/** A Motion Server refuses a message with a longer word or phoneme, UTF-16 units. */
const MAX_TIMED_TEXT_LENGTH = 200;
/** Most words, and most phonemes, of one request. */
const MAX_TIMED_TEXTS = 20_000;

/** How an utterance ended. */
export interface Heard {
  /** Undefined where nothing of it was sent. */
  readonly reqId: string | undefined;
  /** Milliseconds that were heard. */
  readonly playedMs: number;
  readonly interrupted: boolean;
  /** The words that were heard. */
  readonly text: string;
}

/** What a delivery needs of its stage. */
export interface DeliveryHost {
  readonly clock: Clock;
  /** Of the PCM, Hz. */
  readonly sampleRate: number;
  beginTurn(options: SpeechOptions): Turn;
  transcript(line: TranscriptLine): void;
  finished(delivery: Delivery, heard: Heard): void;
}

/** PCM with what its voice knows of it. */
export interface SpeechPiece {
  /** At the stage's rate. */
  readonly samples: Int16Array;
  /** Times in milliseconds from the utterance's first sample; those that cannot be, or are too many, are left out. */
  readonly words?: readonly TimedText[];
  readonly phonemes?: readonly TimedText[];
}

/** One utterance on its way to a client's ears: sent, captioned, and followed until the client tells how much was heard. */
export class Delivery {
  readonly words: SpokenWords;
  readonly #host: DeliveryHost;
  readonly #options: SpeechOptions;
  readonly #loudness: Loudness;
  #turn: Turn | undefined;
  #samples = 0;
  #told = { words: 0, phonemes: 0 };
  #played = { ms: 0, atMs: 0, isRunning: false };
  /** When it began to run, or to stand. */
  #turnedMs = -Infinity;
  #ended = false;
  #finished = false;
  #cut = false;
  #captioned = -1;
  #wake: () => void = () => undefined;
  #cancelWait: () => void = () => undefined;

  constructor(host: DeliveryHost, words: SpokenWords, options: SpeechOptions) {
    this.#host = host;
    this.words = words;
    this.#options = options;
    this.#loudness = new Loudness(host.sampleRate);
  }

  get reqId(): string | undefined {
    return this.#turn?.reqId;
  }

  /** Whether it was cut, or has finished. */
  get isOver(): boolean {
    return this.#cut || this.#finished;
  }

  /** Whether it was cut here, and not by the client. */
  get wasCut(): boolean {
    return this.#cut;
  }

  /** Milliseconds of speech handed over so far. */
  get audioMs(): number {
    return (this.#samples * 1000) / this.#host.sampleRate;
  }

  /** Where the client is in it now, as far as its reports tell; never beyond what there is. */
  get playedMs(): number {
    const { ms, atMs, isRunning } = this.#played;
    return Math.min(this.audioMs, isRunning ? ms + this.#host.clock.nowMs() - atMs : ms);
  }

  /** The level of what was heard so many milliseconds ago, dBFS: silence where it stood. Negative: of what will be. */
  levelAgo(ms: number): number {
    const turnedMs = this.#host.clock.nowMs() - this.#turnedMs;
    if (this.#played.isRunning) return ms <= turnedMs ? this.#loudness.at(this.playedMs - ms) : SILENT_DB;
    return ms < turnedMs ? SILENT_DB : this.#loudness.at(this.playedMs - (ms - turnedMs));
  }

  /** Sends a piece; resolves when the next may come. Rejects with a `VisavisError` where the Motion Server cannot be reached. */
  async push({ samples, ...told }: SpeechPiece): Promise<void> {
    if (this.isOver) return;
    const words = usable(told.words);
    this.#samples += samples.length;
    this.#loudness.push(samples);
    this.words.tell(words);
    this.#turn ??= this.#begin(this.#options);
    await this.#turn.send(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), this.#times(words, usable(told.phonemes)));
    this.#caption(false);
    while (!this.isOver && this.audioMs - this.playedMs > MAX_AHEAD_MS) await new Promise<void>((wake) => (this.#wake = wake));
  }

  /** No more pieces. */
  end(): void {
    if (this.#ended || this.isOver) return;
    this.#ended = true;
    this.words.complete();
    this.#turn?.end().then(() => this.#caption(true), () => this.cut());
  }

  /** It is over for whoever listens: resolves nothing, finishes once the client has told how much was heard. */
  cut(): void {
    if (this.isOver) return;
    this.#cut = true;
    if (this.reqId === undefined) return this.#finish({ playedMs: 0, interrupted: true });
    const { playedMs } = this;
    this.#isAt(playedMs, false);
    this.#cancelWait = this.#host.clock.after(REPORT_WAIT_MS, () => this.#finish({ playedMs, interrupted: true }));
    this.#wake();
  }

  /** The client holds its breath, or goes on. */
  setRunning(isRunning: boolean): void {
    this.#isAt(this.playedMs, isRunning);
  }

  handlePosition(playedMs: number, isRunning: boolean): void {
    // A late word of what was cut since.
    this.#isAt(playedMs, isRunning && !this.#cut);
    this.#wake();
  }

  handleFinished(playedMs: number, interrupted: boolean): void {
    this.#finish({ playedMs, interrupted });
  }

  #isAt(ms: number, isRunning: boolean): void {
    const atMs = this.#host.clock.nowMs();
    // It is told of a little after it began.
    if (isRunning && !this.#played.isRunning) this.#turnedMs = atMs - Math.max(0, ms - this.#played.ms);
    if (!isRunning && this.#played.isRunning) this.#turnedMs = atMs;
    this.#played = { ms, atMs, isRunning };
  }

  /** As many as the request may still hold. */
  #times(words: readonly TimedText[], phonemes: readonly TimedText[]): SpeechTimes {
    const { words: toldWords, phonemes: toldPhonemes } = this.#told;
    const times = { words: words.slice(0, MAX_TIMED_TEXTS - toldWords), phonemes: phonemes.slice(0, MAX_TIMED_TEXTS - toldPhonemes) };
    this.#told = { words: toldWords + times.words.length, phonemes: toldPhonemes + times.phonemes.length };
    return times;
  }

  #begin(options: SpeechOptions): Turn {
    const turn = this.#host.beginTurn(options);
    // Whoever cut it (the client's button, a lost session), it is over.
    turn.signal.addEventListener('abort', () => this.cut());
    return turn;
  }

  #caption(final: boolean): void {
    const words = this.words.within(this.audioMs);
    if (this.isOver || this.reqId === undefined || (!final && words.length === this.#captioned)) return;
    this.#captioned = words.length;
    this.#host.transcript({ role: 'avatar', reqId: this.reqId, text: words.map(({ text }) => text).join(' '), words: words.map(rounded), final });
  }

  #finish({ playedMs, interrupted }: { playedMs: number; interrupted: boolean }): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#cancelWait();
    this.#wake();
    this.#isAt(playedMs, false);
    const text = interrupted ? this.words.heardBy(playedMs, this.audioMs) : this.words.within(this.audioMs).map((word) => word.text).join(' ');
    this.#host.finished(this, { reqId: this.reqId, playedMs, interrupted, text });
  }
}

function usable(times: readonly TimedText[] = []): readonly TimedText[] {
  return times.filter(({ text, startMs, endMs }) => startMs >= 0 && endMs >= startMs && endMs < LONGEST_MS && text.length <= MAX_TIMED_TEXT_LENGTH);
}

function rounded({ text, startMs, endMs }: TimedText): TimedText {
  return { text, startMs: Math.round(startMs), endMs: Math.round(endMs) };
}
