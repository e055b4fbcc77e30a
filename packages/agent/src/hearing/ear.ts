import { stt, VADEventType, type VAD, type VADEvent, type VADStream } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import type { Clock } from '@visavis/server-sdk';
import { toldConfidence } from '../asr/recogniser.js';
import { Blocks } from '../speech/pcm.js';
import type { HeardStep } from './echo-gate.js';
import { RecentSound } from './recent-sound.js';
import { goesByVoice, RelayedVoice } from './relayed-voice.js';

const RATE = 16_000;
/** The VAD's step, samples: given in pieces of just this size it waits for none. */
const WINDOW = 512;
/** Probability from which a step is voice. */
const VOICED = 0.5;
/** A client may send a little ahead of time; what comes faster than that for long, or than the VAD can take, is dropped, milliseconds. */
const BURST_MS = 5_000;
/** What is looked back on: as long as the VAD may be late, and what it takes before a voice. Milliseconds. */
const MEMORY_MS = BURST_MS + 1_500;
/** A recogniser or a VAD whose stream has ended is tried again after this, milliseconds. */
const RETRY_MS = 2_000;

export interface EarEvents {
  voiceStarted(): void;
  /** The voice has not ended; it paused so long ago, 0 where it sounds. */
  voiceGoesOn(silenceMs: number): void;
  /** `silenceMs`: how long ago. */
  voiceEnded(silenceMs: number): void;
  /** Empty where what was taken for words came to nothing. `confidence`: how likely it is right, 0..1; 1 where that is not told. */
  partial(text: string, confidence: number): void;
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
  readonly #recent = new RecentSound((MEMORY_MS * RATE) / 1000);
  readonly #windows = new Blocks(WINDOW);
  #vad: VADStream | undefined;
  /** Of the stream, so many samples were not the VAD's that listens now; and so many it is through with. */
  #vadBegan = 0;
  #vadDone = 0;
  /** What it tells goes here, where the recogniser goes by it. */
  #voice: RelayedVoice | undefined;
  /** Else the recogniser takes all that is heard. */
  #stream: stt.SpeechStream | undefined;
  readonly #retries = new Set<() => void>();
  #aheadMs = 0;
  #lastMs: number;
  #closed = false;
  readonly #onError = (error: unknown): void => this.#events.failed(error);

  constructor(options: EarOptions, events: EarEvents) {
    this.#options = options;
    this.#events = events;
    this.#lastMs = options.clock.nowMs();
    this.#recogniser = options.stt.capabilities.streaming ? options.stt : new stt.StreamAdapter(options.stt, options.vad);
    this.#recogniser.on('error', this.#onError);
    void this.#watchVoice();
    void this.#transcribe();
  }

  /** s16 at 16 kHz, the next piece of one continuous stream. */
  push({ samples, lead }: HeardStep): void {
    if (this.#closed || !this.#isInTime(samples.length)) return;
    this.#recent.amend(lead);
    this.#recent.push(samples);
    if (!this.#voice) {
      for (const part of [lead, samples]) if (part.length > 0) this.#stream?.pushFrame(frameOf(part));
    }
    for (const window of this.#windows.push(samples)) this.#vad?.pushFrame(frameOf(window));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const cancel of this.#retries) cancel();
    this.#recogniser.off('error', this.#onError);
    this.#vad?.close();
    this.#stream?.close();
  }

  /** Sound that comes faster than it can have been made, or than the VAD is, would only pile up. */
  #isInTime(count: number): boolean {
    const nowMs = this.#options.clock.nowMs();
    this.#aheadMs = Math.max(0, this.#aheadMs - (nowMs - this.#lastMs));
    this.#lastMs = nowMs;
    if (this.#aheadMs > BURST_MS || (this.#vad && this.#recent.end - this.#vadDone > (BURST_MS * RATE) / 1000)) return false;
    this.#aheadMs += (count * 1000) / RATE;
    return true;
  }

  async #watchVoice(): Promise<void> {
    const vad = this.#options.vad.stream();
    this.#vad = vad;
    this.#vadBegan = this.#vadDone = this.#recent.end - this.#windows.waiting;
    try {
      for await (const event of vad) {
        if (this.#closed) return;
        this.#heedVoice(event);
      }
    } catch (error) {
      if (!this.#closed) this.#events.failed(error);
    }
    this.#vad = undefined;
    this.#again(() => void this.#watchVoice());
  }

  #heedVoice(event: VADEvent): void {
    const { type, samplesIndex, silenceDuration, speaking } = event;
    this.#vadDone = this.#vadBegan + samplesIndex;
    this.#voice?.tell(type === VADEventType.START_OF_SPEECH ? { ...event, frames: [this.#beginning(event)] } : event);
    if (type === VADEventType.START_OF_SPEECH) this.#events.voiceStarted();
    if (type === VADEventType.INFERENCE_DONE && speaking) this.#events.voiceGoesOn(silenceOf(event));
    if (type === VADEventType.END_OF_SPEECH) this.#events.voiceEnded(silenceDuration);
  }

  /** What a voice began with, its soft lead too, which the VAD was not given. */
  #beginning({ frames }: VADEvent): AudioFrame {
    const length = frames.reduce((sum, { samplesPerChannel }) => sum + samplesPerChannel, 0);
    return frameOf(this.#recent.between(this.#vadDone - length, this.#vadDone));
  }

  async #transcribe(): Promise<void> {
    try {
      for await (const event of this.#openStream()) {
        if (this.#closed) return;
        const { text: told = '', confidence } = event.alternatives?.[0] ?? {};
        const text = told.trim();
        if (event.type === stt.SpeechEventType.FINAL_TRANSCRIPT && text !== '') this.#events.final(text);
        else if (isPartial(event.type) && text !== '') this.#events.partial(text, toldConfidence(confidence));
        // No final follows: what the partial ones took for words was none.
        else if (event.type === stt.SpeechEventType.END_OF_SPEECH) this.#events.partial('', 1);
      }
    } catch (error) {
      if (!this.#closed) this.#events.failed(error);
    }
    this.#stream = this.#voice = undefined;
    this.#again(() => void this.#transcribe());
  }

  #openStream(): stt.SpeechStream {
    if (!goesByVoice(this.#recogniser)) return (this.#stream = this.#recogniser.stream());
    this.#voice = new RelayedVoice(this.#options.vad);
    return (this.#stream = this.#recogniser.streamBy(this.#voice));
  }

  #again(run: () => void): void {
    if (this.#closed) return;
    const cancel = this.#options.clock.after(RETRY_MS, () => {
      this.#retries.delete(cancel);
      run();
    });
    this.#retries.add(cancel);
  }
}

/** With the step that is told of now, which the VAD's own count leaves out. */
function silenceOf({ probability, rawAccumulatedSilence }: VADEvent): number {
  return probability < VOICED ? rawAccumulatedSilence + (WINDOW * 1000) / RATE : 0;
}

function frameOf(samples: Int16Array): AudioFrame {
  return new AudioFrame(samples, RATE, 1, samples.length);
}

function isPartial(type: stt.SpeechEventType): boolean {
  return type === stt.SpeechEventType.INTERIM_TRANSCRIPT || type === stt.SpeechEventType.PREFLIGHT_TRANSCRIPT;
}
