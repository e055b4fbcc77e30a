import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web';
import { voice } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import type { Clock, MicrophonePcm } from '@visavis/server-sdk';
import { EchoGate } from '../hearing/echo-gate.js';
import { GoneMicrophone } from '../hearing/gone-microphone.js';
import { samplesOf } from '../speech/pcm.js';
import type { UserSide } from './listener.js';

export interface RealtimeEvents {
  /** The user has begun to speak, or stopped without an answer being made. */
  changed(): void;
  /** The user speaks: the model stops, and so must the avatar. */
  yield(): void;
  /** What the user says, or has said. */
  heard(text: string, isFinal: boolean): void;
  /** The model answers what it heard; the user's voice ended then. */
  answers(handle: voice.SpeechHandle, voiceEndMs: number): void;
}

const RATE = 16_000;
/** Steps of 20 ms that wait for the session to begin; those beyond are dropped: 5 s. */
const MAX_WAITING = 250;
/** A voice that is answered by nothing for so long was none, milliseconds. */
const UNANSWERED_MS = 3_000;

/** The user's side where the language model hears by itself: it says when they speak and what they said, and answers. */
export class RealtimeListener implements UserSide {
  readonly isHeld = false;
  readonly #clock: Clock;
  readonly #events: RealtimeEvents;
  readonly #echo: EchoGate;
  readonly #microphone = new Microphone();
  readonly #gone: GoneMicrophone;
  readonly #unsubscribe: () => void;
  #isUserTurn = false;
  #voiceEndMs = 0;
  #cancelWait: () => void = () => undefined;

  constructor(session: voice.AgentSession, clock: Clock, levelAgo: (ms: number) => number, events: RealtimeEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#echo = new EchoGate(levelAgo);
    this.#gone = new GoneMicrophone(clock, (silence) => this.#microphone.push(silence));
    session.input.audio = this.#microphone;
    this.#unsubscribe = this.#subscribe(session);
  }

  get isUserTurn(): boolean {
    return this.#isUserTurn;
  }

  hear({ pcm }: MicrophonePcm): void {
    for (const { lead, samples } of this.#echo.push(samplesOf(pcm))) {
      if (lead.length > 0) this.#microphone.push(lead);
      this.#microphone.push(samples);
    }
    this.#gone.heard();
  }

  avatarIs(): void {
    // Whose turn it is, the model decides.
  }

  clear(): void {
    this.#cancelWait();
    this.#isUserTurn = false;
  }

  close(): void {
    this.clear();
    this.#unsubscribe();
    this.#gone.close();
    void this.#microphone.close();
  }

  #subscribe(session: voice.AgentSession): () => void {
    const { UserStateChanged, UserInputTranscribed, SpeechCreated } = voice.AgentSessionEventTypes;
    const voiced = ({ newState }: voice.UserStateChangedEvent): void => this.#voice(newState === 'speaking');
    const transcribed = ({ transcript, isFinal }: voice.UserInputTranscribedEvent): void => { if (transcript !== '') this.#events.heard(transcript, isFinal); };
    const answered = ({ userInitiated, speechHandle }: voice.SpeechCreatedEvent): void => { if (!userInitiated) this.#answers(speechHandle); };
    session.on(UserStateChanged, voiced).on(UserInputTranscribed, transcribed).on(SpeechCreated, answered);
    return () => void session.off(UserStateChanged, voiced).off(UserInputTranscribed, transcribed).off(SpeechCreated, answered);
  }

  #voice(isSpeaking: boolean): void {
    this.#cancelWait();
    if (isSpeaking) {
      this.#isUserTurn = true;
      this.#events.yield();
    } else if (this.#isUserTurn) {
      this.#voiceEndMs = this.#clock.nowMs();
      this.#cancelWait = this.#clock.after(UNANSWERED_MS, () => {
        this.#isUserTurn = false;
        this.#events.changed();
      });
    }
    this.#events.changed();
  }

  #answers(handle: voice.SpeechHandle): void {
    const wasHeard = this.#isUserTurn;
    this.clear();
    this.#events.answers(handle, wasHeard ? this.#voiceEndMs : this.#clock.nowMs());
  }
}

/** A client's microphone as LiveKit Agents takes one; its own stream, for the framework's takes without end. */
class Microphone extends voice.AudioInput {
  #controller: ReadableStreamDefaultController<AudioFrame> | undefined;
  readonly #stream = new ReadableStream<AudioFrame>({
    start: (controller) => { this.#controller = controller; },
    cancel: () => { this.#controller = undefined; },
  }, { highWaterMark: MAX_WAITING });

  override get stream(): ReadableStream<AudioFrame> {
    return this.#stream;
  }

  push(samples: Int16Array): void {
    if ((this.#controller?.desiredSize ?? 0) > 0) this.#controller?.enqueue(new AudioFrame(samples, RATE, 1, samples.length));
  }

  override async close(): Promise<void> {
    this.#controller?.close();
    this.#controller = undefined;
    await super.close();
  }
}
