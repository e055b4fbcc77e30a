import type { Emotion } from '@visavis/protocol/ingress';
import { VisavisError } from '@visavis/protocol/errors';
import type { Clock, MicrophonePcm, PresenterConfig } from '@visavis/server-sdk';
import type { ClientLine } from '../conversation/client-line.js';
import { SpokenWords } from '../speech/spoken-words.js';
import type { Delivery, Heard } from '../stage/delivery.js';
import { Stage } from '../stage/stage.js';
import type { TimedText } from '../tts/speech.js';

/** A piece of an answer's speech; all pieces of one answer are one request. */
export interface SpokenPiece {
  /** Mono, at the source's rate. */
  readonly pcm: Int16Array;
  /** What is said in it, for captions where there are no times. */
  readonly text?: string;
  /** Times in milliseconds from the answer's first sample. */
  readonly words?: readonly TimedText[];
  readonly phonemes?: readonly TimedText[];
  /** Shown on the face; taken from the first piece. */
  readonly emotion?: Emotion;
}

/** What a source that listens may do when it hears the user. */
export interface SpeechControls {
  /** Hushes the avatar, which keeps what it has; follow with `resume` or `interrupt` within 600 ms. */
  hold(): void;
  resume(): void;
  /** Silence, at once: the answer's signal aborts. */
  interrupt(): void;
  /** Has the source answer a text; what is being said is cut. */
  ask(text: string): void;
}

/** Whatever turns a text into speech: audio out, interrupt in. */
export interface SpeechSource {
  /** Of its PCM, Hz: one that a Motion Server takes, such as 16000 or 24000. */
  readonly sampleRate: number;
  /** Speaks the answer to a text, piece by piece; each is taken when the client is not far behind. Ends where the signal aborts. */
  answer(text: string, signal: AbortSignal): AsyncIterable<SpokenPiece>;
  /** What the user says, 20 ms at a time; a source without ears leaves it out. */
  hear?(microphone: MicrophonePcm, controls: SpeechControls): void;
  /** How much of an answer was heard. */
  heard?(heard: Heard): void;
}

export interface RelayedSpeechOptions {
  /** How to reach the Motion Server; the sample rate is the source's. */
  readonly motionServer: Omit<PresenterConfig, 'sampleRate' | 'onError'>;
  /** Everything that went wrong; the client is told as well. */
  readonly onError?: (error: VisavisError) => void;
  readonly clock?: Clock;
}

export interface RelayedSpeech extends SpeechControls {
  /** Ends it; the client stays. Also done by itself when the client goes. */
  close(): Promise<void>;
}

/** Lets a source speak to a client through its avatar. What the client types is asked, its button interrupts. */
export function relaySpeech(client: ClientLine, source: SpeechSource, options: RelayedSpeechOptions): RelayedSpeech {
  return new SourceRelay(client, source, options);
}

class SourceRelay implements RelayedSpeech {
  readonly #client: ClientLine;
  readonly #source: SpeechSource;
  readonly #onError: (error: VisavisError) => void;
  readonly #stage: Stage;
  readonly #unsubscribe: (() => void)[];
  /** Of the answer under way. */
  #abort = new AbortController();
  #delivery: Delivery | undefined;

  constructor(client: ClientLine, source: SpeechSource, { motionServer, onError = () => undefined, clock }: RelayedSpeechOptions) {
    this.#client = client;
    this.#source = source;
    this.#onError = onError;
    this.#stage = new Stage(client, { motionServer, sampleRate: source.sampleRate, ...(clock ? { clock } : {}) }, {
      onSent: (delivery) => { if (delivery === this.#delivery) client.presence('speaking'); },
      onMotion: () => undefined,
      onStarted: () => undefined,
      onFinished: (delivery, heard) => this.#finished(delivery, heard),
      onError: (error) => this.#onError(error),
    });
    this.#unsubscribe = [
      client.onText((text) => this.ask(text)),
      client.onInterrupt(() => this.interrupt()),
      ...(source.hear ? [client.onMicrophone((microphone) => source.hear?.(microphone, this))] : []),
      client.onClose(() => void this.close()),
    ];
    this.#stage.warmUp().catch(() => undefined); // the client has been told; the next answer tries again
  }

  ask(text: string): void {
    this.interrupt();
    const said = text.trim();
    if (said === '') return;
    this.#client.transcript({ role: 'user', text: said, final: true });
    this.#client.presence('thinking');
    void this.#answer(said, this.#abort);
  }

  interrupt(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#stage.cut();
  }

  hold(): void {
    this.#stage.hold();
  }

  resume(): void {
    this.#stage.resume();
  }

  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    this.#abort.abort();
    await this.#stage.close();
  }

  async #answer(text: string, abort: AbortController): Promise<void> {
    let delivery: Delivery | undefined;
    try {
      for await (const { pcm, text: spoken = '', emotion, ...times } of this.#source.answer(text, abort.signal)) {
        if (abort.signal.aborted) return;
        delivery ??= this.#delivery = this.#stage.begin(new SpokenWords(), emotion);
        delivery.words.addText(`${spoken} `);
        await delivery.push({ samples: pcm, ...times });
      }
      if (!delivery) throw new VisavisError('providerFailed', 'there was no answer: ask again');
      delivery.end();
    } catch (error) {
      if (abort.signal.aborted) return;
      this.#stage.cut();
      this.#tell(VisavisError.from(error, 'providerFailed'));
      this.#client.presence('idle');
    }
  }

  #finished(delivery: Delivery, heard: Heard): void {
    this.#source.heard?.(heard);
    if (delivery === this.#delivery) this.#client.presence('idle');
  }

  #tell(error: VisavisError): void {
    this.#onError(error);
    this.#client.error(error);
  }
}
