/** A word of what is said and when it is heard, in milliseconds of the utterance. */
export interface CaptionWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** What is said by whom. `conversationId` names the utterance; text of the user belongs to none. */
export interface Caption {
  readonly role: 'user' | 'avatar';
  readonly conversationId: string | undefined;
  readonly text: string;
  readonly words: readonly CaptionWord[];
  readonly final: boolean;
}

/** A caption and the index of the word being heard; -1 before the first and where words have no times. */
export interface ActiveCaption extends Caption {
  readonly activeIndex: number;
}

/** The utterances whose captions are kept while they wait to be heard; the oldest goes first. */
const MAX_KEPT = 8;

/** Follows captions by the playback clock and tells when the text or the word being heard changes. */
export class Captions {
  readonly #onChange: (caption: ActiveCaption) => void;
  readonly #kept = new Map<string, Caption>();
  #shown: ActiveCaption | undefined;

  constructor(onChange: (caption: ActiveCaption) => void) {
    this.#onChange = onChange;
  }

  add(caption: Caption): void {
    const { conversationId } = caption;
    if (conversationId === undefined) return this.#onChange({ ...caption, activeIndex: -1 });
    this.#kept.delete(conversationId);
    this.#kept.set(conversationId, caption);
    if (this.#kept.size > MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
  }

  /** Follows the utterance that is heard. Cheap where nothing changed. */
  follow(conversationId: string, heardMs: number): void {
    const caption = this.#kept.get(conversationId);
    if (!caption) return;
    const activeIndex = wordAt(caption.words, heardMs, this.#hint(caption));
    const shown = this.#shown;
    if (shown?.activeIndex === activeIndex && shown.words === caption.words && shown.text === caption.text) return;
    this.#shown = { ...caption, activeIndex };
    this.#onChange(this.#shown);
  }

  forget(conversationId: string): void {
    this.#kept.delete(conversationId);
  }

  #hint(caption: Caption): number {
    return this.#shown?.words === caption.words ? this.#shown.activeIndex : -1;
  }
}

/** Index of the last word begun by `timeMs`, looking on from `hint`; -1 before the first. */
export function wordAt(words: readonly CaptionWord[], timeMs: number, hint = -1): number {
  let index = Math.min(hint, words.length - 1);
  while (index >= 0 && words[index]!.startMs > timeMs) index--;
  while (index + 1 < words.length && words[index + 1]!.startMs <= timeMs) index++;
  // Words without times are all at zero: none of them is the one being said.
  return words.length > 1 && words[words.length - 1]!.startMs === 0 ? -1 : index;
}
