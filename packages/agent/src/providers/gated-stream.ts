import { type APIConnectOptions, stt, VADEventType, type VADEvent, type VADStream } from '@livekit/agents';
import type { Transcriber, Transcript } from '../asr/recogniser.js';
import { Utterance } from './utterance.js';

/** Sound between two partial texts, in milliseconds. The second comes sooner: two that agree tell words from sounds. */
const PARTIAL_EVERY_MS = 300;
const SECOND_PARTIAL_MS = 150;
/** Silence after which the final text is made in advance: most often nothing follows, and it is ready when the silence is long enough. */
const EARLY_FINAL_MS = 120;
/** Longer speech is given in parts, for no recogniser takes more than 30 s at once. */
const MAX_UTTERANCE_MS = 25_000;

export interface GatedStreamOptions {
  readonly final: Transcriber;
  readonly partial: Transcriber | undefined;
  readonly vad: VADStream;
  readonly connOptions: APIConnectOptions | undefined;
  data(transcript: Transcript): stt.SpeechData;
  /** A decode that failed; the stream goes on. */
  onError(error: Error): void;
}

/** One microphone's speech. At most one partial and one final decode are under way at a time. */
export class GatedStream extends stt.SpeechStream {
  label = 'visavis.GatedStream';
  readonly #options: GatedStreamOptions;
  #utterance: Utterance | undefined;
  #partialBusy = false;
  #nextPartialMs = 0;
  #partials = 0;
  /** The final text of all that was heard so far, made in advance. */
  #early: { readonly transcript: Promise<Transcript>; readonly abort: AbortController } | undefined;

  constructor(owner: stt.STT, options: GatedStreamOptions) {
    super(owner, 16_000, options.connOptions);
    this.#options = options;
  }

  override close(): void {
    super.close();
    this.#dropEarly();
    this.#options.vad.close();
  }

  protected async run(): Promise<void> {
    await Promise.all([this.#forward(), this.#follow()]);
  }

  /** The VAD's own `endInput` always rejects (its stream is locked by its writer), so an end of input changes nothing: `close` ends it all. */
  async #forward(): Promise<void> {
    const { vad } = this.#options;
    for await (const frame of this.input) {
      if (this.closed) return;
      if (typeof frame === 'symbol') vad.flush();
      else vad.pushFrame(frame);
    }
  }

  async #follow(): Promise<void> {
    for await (const event of this.#options.vad) {
      if (this.closed) return;
      if (event.type === VADEventType.START_OF_SPEECH) this.#begin(event);
      else if (event.type === VADEventType.INFERENCE_DONE && this.#utterance) await this.#goOn(this.#utterance, event);
      else if (event.type === VADEventType.END_OF_SPEECH) await this.#end(event);
    }
  }

  #begin({ frames }: VADEvent): void {
    this.#utterance = new Utterance(frames);
    // The VAD gives half a second from before the voice: of less voice than this a recogniser makes any word.
    this.#nextPartialMs = this.#utterance.lengthMs + PARTIAL_EVERY_MS;
    this.#partials = 0;
    this.#put({ type: stt.SpeechEventType.START_OF_SPEECH });
  }

  async #goOn(utterance: Utterance, { frames, rawAccumulatedSilence }: VADEvent): Promise<void> {
    utterance.append(frames);
    if (utterance.lengthMs >= MAX_UTTERANCE_MS) {
      await this.#finish(utterance);
      this.#utterance = new Utterance([]);
      this.#nextPartialMs = PARTIAL_EVERY_MS;
    } else if (rawAccumulatedSilence >= EARLY_FINAL_MS) this.#early ??= this.#decodeEarly(utterance);
    else {
      if (rawAccumulatedSilence === 0) this.#dropEarly();
      this.#decodePartial(utterance);
    }
  }

  async #end({ silenceDuration }: VADEvent): Promise<void> {
    const utterance = this.#utterance;
    this.#utterance = undefined;
    const speechEndTime = Date.now() - silenceDuration;
    if (utterance) await this.#finish(utterance, speechEndTime);
    this.#put({ type: stt.SpeechEventType.END_OF_SPEECH, speechEndTime });
  }

  async #finish(utterance: Utterance, speechEndTime?: number): Promise<void> {
    const { transcript } = (this.#early ??= this.#decodeEarly(utterance));
    this.#utterance = undefined;
    const said = await transcript.catch((error: unknown) => this.#fail(error));
    this.#early = undefined;
    if (said?.text) this.#put({ type: stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives: [this.#options.data(said)], ...(speechEndTime === undefined ? {} : { speechEndTime }) });
    this.#put({ type: stt.SpeechEventType.RECOGNITION_USAGE, requestId: '', recognitionUsage: { audioDuration: utterance.lengthMs / 1000 } });
  }

  #decodeEarly(utterance: Utterance): { transcript: Promise<Transcript>; abort: AbortController } {
    const abort = new AbortController();
    const transcript = this.#options.final.transcribe(utterance.samples(), abort.signal);
    transcript.catch(() => undefined); // whoever needs it is told
    return { transcript, abort };
  }

  #dropEarly(): void {
    this.#early?.abort.abort();
    this.#early = undefined;
  }

  /** A partial text that is late or fails is not missed: the next one holds it all. */
  #decodePartial(utterance: Utterance): void {
    const { partial } = this.#options;
    if (!partial || this.#partialBusy || utterance.lengthMs < this.#nextPartialMs) return;
    this.#partialBusy = true;
    this.#nextPartialMs = utterance.lengthMs + (this.#partials++ === 0 ? SECOND_PARTIAL_MS : PARTIAL_EVERY_MS);
    partial.transcribe(utterance.samples(), this.abortSignal).then(
      (transcript) => {
        if (transcript.text && this.#utterance === utterance) this.#put({ type: stt.SpeechEventType.INTERIM_TRANSCRIPT, alternatives: [this.#options.data(transcript)] });
      },
      () => undefined,
    ).finally(() => { this.#partialBusy = false; });
  }

  #fail(error: unknown): undefined {
    if (!this.closed) this.#options.onError(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }

  #put(event: stt.SpeechEvent): void {
    if (!this.queue.closed) this.queue.put(event);
  }
}
