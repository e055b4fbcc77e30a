import { stt, VADEventType, type VAD, type VADStream } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import type { Clock } from '@visavis/server-sdk';

const RATE = 16_000;
/** A client may send a little ahead of time; what comes faster than that for long is dropped, milliseconds. */
const BURST_MS = 5_000;
/** A recogniser whose stream has ended is tried again after this, milliseconds. */
const RETRY_MS = 2_000;

export interface EarEvents {
  voiceStarted(): void;
  /** `silenceMs`: how long ago. */
  voiceEnded(silenceMs: number): void;
  /** Empty where what was taken for words came to nothing. */
  partial(text: string): void;
  final(text: string): void;
  failed(error: unknown): void;
}

export interface EarOptions {
  readonly vad: VAD;
  readonly stt: stt.STT;
  readonly clock: Clock;
}

/** Listens to one user: PCM goes in, voice activity and transcripts come out. Decides nothing. */
export class Ear {
  readonly #options: EarOptions;
  readonly #events: EarEvents;
  readonly #recogniser: stt.STT;
  readonly #vad: VADStream;
  #stream: stt.SpeechStream | undefined;
  #cancelRetry: () => void = () => undefined;
  #aheadMs = 0;
  #lastMs: number;
  #closed = false;
  readonly #onError = (error: unknown): void => this.#events.failed(error);

  constructor(options: EarOptions, events: EarEvents) {
    this.#options = options;
    this.#events = events;
    this.#lastMs = options.clock.nowMs();
    this.#recogniser = options.stt.capabilities.streaming ? options.stt : new stt.StreamAdapter(options.stt, options.vad);
    this.#vad = options.vad.stream();
    this.#recogniser.on('error', this.#onError);
    void this.#watchVoice();
    void this.#transcribe();
  }

  /** s16 at 16 kHz, the next piece of one continuous stream. */
  push(samples: Int16Array): void {
    if (this.#closed || !this.#isInTime(samples.length)) return;
    const frame = new AudioFrame(samples, RATE, 1, samples.length);
    this.#vad.pushFrame(frame);
    this.#stream?.pushFrame(frame);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelRetry();
    this.#recogniser.off('error', this.#onError);
    this.#vad.close();
    this.#stream?.close();
  }

  /** Sound that comes faster than it can have been made would only pile up. */
  #isInTime(count: number): boolean {
    const nowMs = this.#options.clock.nowMs();
    this.#aheadMs = Math.max(0, this.#aheadMs - (nowMs - this.#lastMs));
    this.#lastMs = nowMs;
    if (this.#aheadMs > BURST_MS) return false;
    this.#aheadMs += (count * 1000) / RATE;
    return true;
  }

  async #watchVoice(): Promise<void> {
    try {
      for await (const event of this.#vad) {
        if (this.#closed) return;
        if (event.type === VADEventType.START_OF_SPEECH) this.#events.voiceStarted();
        if (event.type === VADEventType.END_OF_SPEECH) this.#events.voiceEnded(event.silenceDuration);
      }
    } catch (error) {
      if (!this.#closed) this.#events.failed(error);
    }
  }

  async #transcribe(): Promise<void> {
    try {
      this.#stream = this.#recogniser.stream();
      for await (const event of this.#stream) {
        if (this.#closed) return;
        const text = event.alternatives?.[0]?.text.trim() ?? '';
        if (event.type === stt.SpeechEventType.FINAL_TRANSCRIPT && text !== '') this.#events.final(text);
        else if (isPartial(event.type) && text !== '') this.#events.partial(text);
        // No final follows: what the partial ones took for words was none.
        else if (event.type === stt.SpeechEventType.END_OF_SPEECH) this.#events.partial('');
      }
    } catch (error) {
      if (!this.#closed) this.#events.failed(error);
    }
    this.#stream = undefined;
    if (!this.#closed) this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => void this.#transcribe());
  }
}

function isPartial(type: stt.SpeechEventType): boolean {
  return type === stt.SpeechEventType.INTERIM_TRANSCRIPT || type === stt.SpeechEventType.PREFLIGHT_TRANSCRIPT;
}
