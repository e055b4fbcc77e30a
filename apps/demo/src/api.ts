/** What the page and the backend tell each other beside the relay. Types alone: both sides import them. */

/** One turn of the conversation; stages in milliseconds from the end of the user's speech, or from the arrival of a typed text. */
export interface TurnReport {
  readonly turnId: string;
  readonly source: 'voice' | 'text' | 'say';
  /** What the user said or typed. */
  readonly said: string;
  readonly stages: Partial<Readonly<Record<'endOfTurn' | 'finalTranscript' | 'firstToken' | 'firstAudio' | 'firstMotion' | 'firstHeard', number>>>;
  readonly interrupted: boolean;
  /** What was heard of the answer. */
  readonly heard: string;
}

export interface Choice {
  readonly id: string;
  readonly label: string;
}

/** What a visitor may choose from, and has chosen. */
export const CHOICES = ['voice', 'stt', 'llm'] as const;
export type ChoiceName = (typeof CHOICES)[number];
export type Chosen = Readonly<Record<ChoiceName, string>>;

/** How the backend stands, for one visitor. */
export interface BackendState {
  /** Whether it understands speech. */
  readonly hears: boolean;
  /** One line on what is missing or under way; empty where there is nothing to say. */
  readonly notice: string;
  readonly offered: Readonly<Record<ChoiceName, readonly Choice[]>>;
  readonly chosen: Chosen;
}

/** Troubles of the page that the backend writes to its log. */
export const PAGE_PROBLEMS = [
  'microphoneDenied', 'microphoneMissing', 'microphoneBusy', 'microphoneUnplugged', 'microphoneInsecure', 'microphoneNarrowBand', 'textTooLong',
] as const;
export type PageProblem = (typeof PAGE_PROBLEMS)[number];
