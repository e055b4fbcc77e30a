import type { ActiveCaption } from '../timeline/index.js';

/** Whoever tells captions: a controller. */
export interface CaptionSource {
  onCaption: ((caption: ActiveCaption) => void) | undefined;
}

/** What has been said stands out from what is to come; also without colours. */
const SAID = '1';
const TO_COME = '0.55';
const FADE = 'opacity 120ms linear';
/** For the eyes of nobody, and for screen readers. */
const OFF_SCREEN = 'position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap';

/**
 * Shows what is said in `element`, word by word as it is heard; the word being said carries `data-active`. Assistive
 * technology is told each text once, politely (`aria-live`), not word by word. Without motion where the user wants none.
 * A listener that was there before is still told. Returns a function that takes everything back.
 */
export function renderCaptions(source: CaptionSource, element: HTMLElement): () => void {
  const before = source.onCaption;
  const view = new CaptionElements(element);
  const listener = (caption: ActiveCaption): void => {
    before?.(caption);
    view.show(caption);
  };
  source.onCaption = listener;
  return () => {
    if (source.onCaption === listener) source.onCaption = before;
    view.remove();
  };
}

class CaptionElements {
  readonly #line: HTMLElement;
  readonly #live: HTMLElement;
  readonly #stillness = matchMedia('(prefers-reduced-motion: reduce)');
  #words: ActiveCaption['words'] | undefined;
  #spans: HTMLElement[] = [];

  constructor(element: HTMLElement) {
    this.#line = element.ownerDocument.createElement('p');
    this.#line.dir = 'auto';
    this.#line.setAttribute('aria-hidden', 'true');
    this.#live = element.ownerDocument.createElement('div');
    this.#live.setAttribute('role', 'status');
    this.#live.setAttribute('aria-live', 'polite');
    this.#live.style.cssText = OFF_SCREEN;
    element.append(this.#line, this.#live);
  }

  show(caption: ActiveCaption): void {
    this.#announce(caption);
    if (this.#words !== caption.words || caption.words.length === 0) this.#write(caption);
    this.#spans.forEach((span, i) => {
      span.style.opacity = i <= caption.activeIndex ? SAID : TO_COME;
      span.toggleAttribute('data-active', i === caption.activeIndex);
    });
  }

  remove(): void {
    this.#line.remove();
    this.#live.remove();
  }

  /** An unfinished text of the user changes with every word: only the last of them is read out. */
  #announce({ role, text, final }: ActiveCaption): void {
    if ((role === 'avatar' || final) && this.#live.textContent !== text) this.#live.textContent = text;
  }

  #write({ role, text, words }: ActiveCaption): void {
    const { ownerDocument } = this.#line;
    this.#words = words;
    this.#line.dataset['role'] = role;
    this.#spans = words.map((word) => {
      const span = ownerDocument.createElement('span');
      span.textContent = word.text;
      if (!this.#stillness.matches) span.style.transition = FADE;
      return span;
    });
    if (words.length === 0) this.#line.replaceChildren(text);
    else this.#line.replaceChildren(...this.#spans.flatMap((span, i) => (i === 0 ? [span] : [' ', span])));
  }
}
