import type { VisavisError } from '@visavis/protocol/errors';
import type { Clock, MicrophonePcm } from '@visavis/server-sdk';
import { Floor, FLOOR_RULES, type AvatarState, type FloorEvents } from '../floor/floor.js';
import { Ear } from '../hearing/ear.js';
import { EchoGate } from '../hearing/echo-gate.js';
import { GoneMicrophone } from '../hearing/gone-microphone.js';
import { toProviderError } from '../providers/errors.js';
import { samplesOf } from '../speech/pcm.js';
import type { ConversationOptions } from './options.js';

export interface ListenerEvents extends FloorEvents {
  /** The user has begun to make a sound. */
  voiceStarted(): void;
  /** What the user seems to be saying. */
  heard(text: string): void;
  /** The recogniser has failed, whether or not it goes on by itself. What it fails of again and again is told once for each time the user begins to speak. */
  failed(error: VisavisError): void;
}

/** How loud the avatar was so many milliseconds ago, dBFS. */
type LevelAgo = (ms: number) => number;

/** The user's side of a conversation. */
export interface UserSide {
  /** Whether a voice is heard, or was and its turn has not ended. */
  readonly isUserTurn: boolean;
  /** The avatar hushes until it is known whether the user wants the floor. */
  readonly isHeld: boolean;
  hear(microphone: MicrophonePcm): void;
  avatarIs(state: AvatarState): void;
  /** Something else decides (a typed text, a button): what was heard so far is not waited for. */
  clear(): void;
  close(): void;
}

/** The user's side, by ears of our own: the microphone without the avatar's voice in it, words, and whose turn it is. Deaf without `stt` and `vad`. */
export class Listener implements UserSide {
  readonly #floor: Floor;
  readonly #echo: EchoGate;
  readonly #ear: Ear | undefined;
  readonly #gone: GoneMicrophone;
  /** Codes of failures that the user knows of. */
  readonly #told = new Set<string>();

  constructor({ stt, vad, floor: rules }: ConversationOptions, clock: Clock, levelAgo: LevelAgo, events: ListenerEvents) {
    const floor = this.#floor = new Floor(clock, { ...FLOOR_RULES, ...rules }, events);
    this.#gone = new GoneMicrophone(clock, (samples) => this.#ear?.push({ samples, lead: new Int16Array(0) }));
    this.#echo = new EchoGate(levelAgo);
    if (!stt || !vad) return;
    this.#ear = new Ear({ stt, vad, clock }, {
      voiceStarted: () => {
        this.#told.clear();
        floor.voiceStarted();
        events.voiceStarted();
      },
      voiceGoesOn: (silenceMs) => floor.voiceGoesOn(silenceMs),
      voiceEnded: (silenceMs) => floor.voiceEnded(silenceMs),
      partial: (text, confidence) => { if (text !== '') events.heard(text); floor.partial(text, confidence); },
      final: (text) => floor.final(text),
      failed: (error) => this.#tell(toProviderError(error, 'stt'), events),
    });
  }

  get isUserTurn(): boolean {
    return this.#floor.isUserTurn;
  }

  get isHeld(): boolean {
    return this.#floor.isHeld;
  }

  hear({ pcm }: MicrophonePcm): void {
    const ear = this.#ear;
    if (!ear) return;
    for (const step of this.#echo.push(samplesOf(pcm))) ear.push(step);
    this.#gone.heard();
  }

  avatarIs(state: AvatarState): void {
    this.#floor.avatarIs(state);
  }

  clear(): void {
    this.#floor.clear();
  }

  close(): void {
    this.#gone.close();
    this.#floor.clear();
    this.#ear?.close();
  }

  #tell(error: VisavisError, events: ListenerEvents): void {
    if (this.#told.has(error.code)) return;
    this.#told.add(error.code);
    events.failed(error);
  }
}
