import type { ActiveCaption } from '@visavis/client';

/** Words shown at once: about two lines, so that a long text scrolls by instead of covering the face. */
const WINDOW = 16;

/** The line under the avatar: the words around the one being heard, which is marked. */
export class CaptionLine {
  readonly #line: HTMLElement;
  #key = '';

  constructor(line: HTMLElement) {
    this.#line = line;
  }

  show({ words, text, activeIndex }: ActiveCaption): void {
    if (words.length === 0) return void (this.#line.textContent = text);
    const from = Math.floor(Math.max(0, activeIndex) / WINDOW) * WINDOW;
    const shown = words.slice(from, from + WINDOW);
    this.#build(`${from}:${shown.map((word) => word.text).join(' ')}`, shown.map((word) => word.text));
    [...this.#line.children].forEach((span, i) => {
      span.className = from + i < activeIndex ? 'heard' : from + i === activeIndex ? 'now' : '';
    });
  }

  clear(): void {
    this.#key = '';
    this.#line.replaceChildren();
  }

  /** Makes the spans anew only where the words changed, so that a screen reader hears each line once. */
  #build(key: string, words: readonly string[]): void {
    if (key === this.#key) return;
    this.#key = key;
    this.#line.replaceChildren(...words.flatMap((word) => {
      const span = document.createElement('span');
      span.textContent = word;
      return [span, ' '];
    }));
  }
}
