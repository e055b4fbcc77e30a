import type { Clock } from '@visavis/server-sdk';
import { completeness, continues, saysMuch, wishOf, type Completeness } from './phrases.js';

/** What the avatar does: nothing, preparing an answer, or being heard. */
export type AvatarState = 'silent' | 'thinking' | 'speaking';

export interface FloorRules {
  /** Silence after which a turn ends, by how complete what was said seems. Milliseconds from the end of the voice. */
  readonly waitMs: Readonly<Record<Completeness, number>>;
  /** A doubtful interruption is decided within this, milliseconds from the hold. */
  readonly judgeMs: number;
  /** A voice that lasts so long says more than that it listens, milliseconds from where it was noticed. */
  readonly longVoiceMs: number;
  /** Longest wait for a final transcript after the turn's silence, milliseconds; then the partial one must do, which lacks the last words. */
  readonly finalWaitMs: number;
}

/** 300 ms after a question or a call, 1.4 s in the middle of a sentence, 700 ms where one cannot know. The hold is decided 20 ms before a client would give it up. */
export const FLOOR_RULES: FloorRules = {
  waitMs: { finished: 300, open: 700, unfinished: 1_400 },
  judgeMs: 580,
  longVoiceMs: 750,
  finalWaitMs: 2_000,
};

/** What the user said in one turn. */
export interface UserTurn {
  readonly text: string;
  /** When the voice ended, and when its last transcript was final: the clock's milliseconds. */
  readonly voiceEndMs: number;
  readonly finalMs: number;
}

export interface FloorEvents {
  /** Somebody makes a sound while the avatar speaks: hush, and keep what there is. */
  hold(): void;
  /** It was nothing: go on where you stopped. */
  resume(): void;
  /** The user takes the floor: what the avatar says or prepares is over. */
  yield(): void;
  /** The user is done, and waits for an answer. */
  turnEnded(turn: UserTurn): void;
  /** A voice was heard and has ended without anything to answer. */
  nothingSaid(): void;
}

/** A recogniser is sure of words from this confidence on: below it are sounds of listening that it takes for words ... */
const SURE = 0.37;
/** ... and from this on no text before need agree. */
const CERTAIN = 0.9;
/** Most text of one turn, in characters; what is said beyond it is not kept. */
const MAX_TEXT = 4_000;

/**
 * Who has the floor. Told what is heard of the user and what the avatar does, it decides when to hush, to go on, to yield,
 * and when the user is done. Knows no audio: voice activity, transcripts and time are all it goes by.
 */
export class Floor {
  readonly #clock: Clock;
  readonly #rules: FloorRules;
  readonly #events: FloorEvents;
  #avatar: AvatarState = 'silent';
  #isVoiced = false;
  /** When the voice that is heard, or was last, began, and how long the turn's longest lasted. */
  #voice = { fromMs: 0, longestMs: 0 };
  /** The voice is silent just now, though it has not ended. */
  #isPaused = false;
  /** From the first sound until the turn has ended. */
  #isOpen = false;
  #isHeld = false;
  #finals = '';
  #partial = '';
  /** The partial transcript says much or goes on from the one before, and its recogniser is sure enough of it, or it is very sure: what is made of a sound seldom is. */
  #isSteady = true;
  /** The recogniser is sure enough of what it was told last. */
  #isSure = true;
  /** The turn has ended with what the partial transcript said: the final one, still to come, is none of the next. */
  #isFinalOwed = false;
  #voiceEndMs = 0;
  #finalMs: number | undefined;
  #cancelJudge: () => void = () => undefined;
  #cancelEnd: () => void = () => undefined;

  constructor(clock: Clock, rules: FloorRules, events: FloorEvents) {
    this.#clock = clock;
    this.#rules = rules;
    this.#events = events;
  }

  /** Whether a voice is heard, or was and its turn has not ended. */
  get isUserTurn(): boolean {
    return this.#isOpen;
  }

  /** The avatar hushes until it is known whether the user wants the floor. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  avatarIs(state: AvatarState): void {
    const before = this.#avatar;
    this.#avatar = state;
    if (state === 'silent') this.#release();
    else if (state === 'speaking' && before !== 'speaking' && this.#isVoiced) this.#hush();
  }

  voiceStarted(): void {
    this.#cancelEnd();
    this.#isVoiced = true;
    if (!this.#isOpen) this.#voice.longestMs = 0;
    this.#isOpen = true;
    this.#voice.fromMs = this.#clock.nowMs();
    this.#isSteady = true;
    this.#isPaused = false;
    if (this.#avatar === 'speaking') this.#hush();
  }

  /** The voice has not ended; it paused `silenceMs` ago, 0 where it sounds. */
  voiceGoesOn(silenceMs: number): void {
    this.#isPaused = silenceMs > 0;
    const { fromMs, longestMs } = this.#voice;
    this.#voice = { fromMs, longestMs: Math.max(longestMs, this.#clock.nowMs() - silenceMs - fromMs) };
    this.#consider();
  }

  /** `silenceMs`: how long ago the voice ended. */
  voiceEnded(silenceMs: number): void {
    if (!this.#isVoiced) return;
    this.voiceGoesOn(silenceMs);
    this.#isVoiced = false;
    this.#voiceEndMs = this.#clock.nowMs() - silenceMs;
    this.#settle();
    this.#awaitEnd();
  }

  /** Empty: the words so far came to nothing. `confidence`: how likely they are right, 0..1. */
  partial(text: string, confidence = 1): void {
    const wasAwaited = this.#partial !== '';
    this.#isFinalOwed = false;
    this.#isSure = confidence >= SURE;
    this.#isSteady = confidence >= CERTAIN || (this.#isSure && (saysMuch(text) || continues(this.#partial, text)));
    this.#partial = text;
    this.#consider();
    if (text === '' && wasAwaited && !this.#isVoiced) this.#awaitEnd();
  }

  final(text: string): void {
    if (this.#isFinalOwed) return void (this.#isFinalOwed = false);
    this.#partial = '';
    this.#isSure = true;
    this.#finals = `${this.#finals} ${text}`.trim().slice(0, MAX_TEXT);
    this.#finalMs = this.#clock.nowMs();
    this.#consider();
    if (this.#isVoiced) return;
    this.#settle();
    this.#awaitEnd();
  }

  /** Something else decides (a typed text, a button): what was heard so far is not waited for. */
  clear(): void {
    this.#cancelEnd();
    this.#release();
    this.#forget();
    this.#isOpen = this.#isVoiced;
  }

  get #text(): string {
    return `${this.#finals} ${this.#partial}`.trim();
  }

  #hush(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#cancelJudge = this.#clock.after(this.#rules.judgeMs, () => this.#judge());
    this.#events.hold();
    this.#consider();
  }

  /** Words are enough at any time, held or not. */
  #consider(): void {
    if (this.#avatar !== 'silent' && this.#isWanted(this.#partial === '')) this.#take();
  }

  /**
   * Whether what was said so far asks for the floor. While the avatar speaks, nothing but a call does so of a short voice:
   * recognisers hear all sorts of words in a sound of listening. While it only thinks, nobody listens to it: whole words do.
   */
  #isWanted(isWhole: boolean): boolean {
    const wish = wishOf(this.#text, isWhole);
    const isLasting = this.#voice.longestMs >= this.#rules.longVoiceMs;
    return (wish === 'call' && this.#isSure) || (wish !== 'none' && (isLasting || (isWhole && this.#avatar === 'thinking')));
  }

  /** The voice has ended, with a sound of listening: no need to wait out the doubt. */
  #settle(): void {
    if (this.#text === '') return;
    if (this.#partial === '' || wishOf(this.#text, true) === 'none') this.#goOn();
  }

  /** A voice that sounds still takes the floor, unless it is known to listen, or its words are others each time. One that goes on to say more does so later. */
  #judge(): void {
    const sounds = this.#isVoiced && !this.#isPaused;
    const speaks = this.#text === '' || (this.#isSteady && wishOf(this.#text, true) !== 'none');
    if (sounds && speaks) this.#take();
    else this.#goOn();
  }

  #take(): void {
    this.#release();
    this.#avatar = 'silent';
    this.#events.yield();
  }

  #goOn(): void {
    if (!this.#isHeld) return;
    this.#release();
    this.#events.resume();
  }

  #release(): void {
    this.#isHeld = false;
    this.#cancelJudge();
  }

  #awaitEnd(): void {
    this.#cancelEnd();
    const wait = this.#rules.waitMs[completeness(this.#text)];
    this.#after(this.#voiceEndMs + wait - this.#clock.nowMs(), () => this.#end(this.#clock.nowMs() + this.#rules.finalWaitMs));
  }

  /** The silence is long enough. What was recognised may still be on its way. */
  #end(untilMs: number): void {
    const now = this.#clock.nowMs();
    if (this.#partial !== '' && now < untilMs) return this.#after(untilMs - now, () => this.#end(untilMs));
    const text = this.#text;
    const isForAvatar = this.#avatar === 'silent' || this.#isWanted(true);
    const finalMs = this.#finalMs ?? now;
    this.#forget();
    this.#isOpen = false;
    if (text === '' || !isForAvatar) return this.#events.nothingSaid();
    this.#events.turnEnded({ text, voiceEndMs: this.#voiceEndMs, finalMs });
  }

  #forget(): void {
    this.#isFinalOwed ||= this.#partial !== '';
    this.#finals = '';
    this.#partial = '';
    this.#finalMs = undefined;
  }

  #after(delayMs: number, run: () => void): void {
    this.#cancelEnd = this.#clock.after(Math.max(0, delayMs), run);
  }
}
