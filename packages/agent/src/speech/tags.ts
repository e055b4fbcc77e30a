import { EMOTIONS, type Emotion } from '@visavis/protocol/ingress';

/** A stage direction: `[happy]`, `[clears throat]`. A link's text, which has its address behind it, is none. */
const TAG = /\[([a-z][a-z -]{0,23})\](?!\()[ \t]?/gi;
/** What may still become one: it is kept back until that is known. */
const OPEN_TAG = /\[(?:[a-z][a-z -]{0,23})?\]?$/i;

/**
 * Takes stage directions out of a streamed text, wherever the pieces are cut, and tells of those that name an emotion:
 * `[happy]`, `[sad]`, `[angry]`, `[surprised]`, `[calm]`, `[neutral]`.
 */
export class TagFilter {
  readonly #onEmotion: (emotion: Emotion) => void;
  #kept = '';

  constructor(onEmotion: (emotion: Emotion) => void) {
    this.#onEmotion = onEmotion;
  }

  /** The next piece, without tags; what may yet be one waits. */
  push(piece: string): string {
    const text = this.#kept + piece;
    const open = OPEN_TAG.exec(text)?.index ?? text.length;
    this.#kept = text.slice(open);
    return this.#strip(text.slice(0, open));
  }

  /** What was kept back, now that nothing follows. */
  end(): string {
    const rest = this.#strip(this.#kept);
    this.#kept = '';
    return rest;
  }

  #strip(text: string): string {
    return text.replace(TAG, (_, name: string) => {
      const emotion = EMOTIONS.find((one) => one === name.toLowerCase());
      if (emotion) this.#onEmotion(emotion);
      return '';
    });
  }
}

/** The same for a whole text. */
export function withoutTags(text: string, onEmotion: (emotion: Emotion) => void = () => undefined): string {
  const filter = new TagFilter(onEmotion);
  return filter.push(text) + filter.end();
}
