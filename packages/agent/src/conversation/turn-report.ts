import type { Clock } from '@visavis/server-sdk';

/** What an assistant turn answers: something said, something typed, or nothing (a greeting). */
export type TurnSource = 'voice' | 'text' | 'say';

/** Where time went, milliseconds from the end of the user's speech, or from the arrival of their text. */
export interface TurnStages {
  /** The silence was long enough: the user's turn was over. */
  readonly endOfTurn?: number;
  /** The transcript was final; before `endOfTurn` where recognition was faster than the silence. */
  readonly finalTranscript?: number;
  /** The language model's first token. */
  readonly firstToken?: number;
  /** The voice's first sound. */
  readonly firstAudio?: number;
  /** The first motion came back from the Motion Server. */
  readonly firstMotion?: number;
  /** The client had begun to play. */
  readonly firstHeard?: number;
}

/** One assistant turn, told when it was heard or cut. */
export interface TurnReport {
  readonly turnId: string;
  /** Of its first request; undefined where nothing was sent. */
  readonly reqId: string | undefined;
  readonly source: TurnSource;
  /** What the user said. */
  readonly said: string;
  /** The voice's name, where it was given. */
  readonly voice: string | undefined;
  readonly stages: TurnStages;
  readonly interrupted: boolean;
  /** What cut it: `voice`, `text`, `client`, `closed`, or the reason that was given for it. */
  readonly cutBy: string | undefined;
  /** The words that were heard. */
  readonly heard: string;
}

export interface TurnFacts {
  readonly turnId: string;
  readonly source: TurnSource;
  readonly said: string;
  readonly voice: string | undefined;
  /** What the stages are counted from: the clock's milliseconds. */
  readonly originMs: number;
}

/** Takes the times of one assistant turn. */
export class TurnRecorder {
  readonly #clock: Clock;
  readonly #facts: TurnFacts;
  readonly #stages: Partial<Record<keyof TurnStages, number>> = {};
  readonly #heard: string[] = [];
  /** What the user said, once it is known. */
  said: string;
  /** Of its first request. */
  reqId: string | undefined;
  /** What cut it, once something has. */
  cutBy: string | undefined;

  constructor(clock: Clock, facts: TurnFacts) {
    this.#clock = clock;
    this.#facts = facts;
    this.said = facts.said;
  }

  /** It was cut: what comes of it now counts for nothing. */
  get isCut(): boolean {
    return this.cutBy !== undefined;
  }

  /** Notes the first time a stage is reached; `atMs` is the clock's, now unless given. */
  reach(stage: keyof TurnStages, atMs = this.#clock.nowMs()): void {
    this.#stages[stage] ??= atMs - this.#facts.originMs;
  }

  hear(text: string): void {
    if (text !== '') this.#heard.push(text);
  }

  report(interrupted: boolean): TurnReport {
    const { turnId, source, voice } = this.#facts;
    return { turnId, reqId: this.reqId, source, said: this.said, voice, stages: { ...this.#stages }, interrupted: interrupted || this.isCut, cutBy: this.cutBy, heard: this.#heard.join(' ') };
  }
}
