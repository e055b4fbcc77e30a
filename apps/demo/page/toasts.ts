/** Plain words to the visitor, each in a box of its own that can be put away; each says what to do. */
import { make } from './dom.js';
import type { Notices } from './notice.js';

/** Long enough to read two lines twice. */
const PASSING_MS = 9_000;
/** At a time; the oldest goes first. */
const MOST = 3;

export class Toasts implements Notices {
  readonly #element: HTMLElement;
  #standing: HTMLElement | undefined;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /** The same words again only begin their time anew. */
  pass(text: string): void {
    [...this.#element.children].find((toast) => toast.firstElementChild?.textContent === text && toast !== this.#standing)?.remove();
    const toast = this.#add(text);
    setTimeout(() => this.#remove(toast), PASSING_MS);
    while (this.#element.childElementCount > MOST) this.#element.firstElementChild!.remove();
  }

  stand(text: string): void {
    this.#standing?.remove();
    this.#standing = this.#add(text);
  }

  clear(): void {
    if (this.#standing) this.#remove(this.#standing);
    this.#standing = undefined;
  }

  #add(text: string): HTMLElement {
    const toast = make('p', 'toast');
    const close = make('button', '', '×');
    close.type = 'button';
    close.setAttribute('aria-label', 'Dismiss');
    close.addEventListener('click', () => this.#remove(toast));
    toast.append(make('span', '', text), close);
    this.#element.append(toast);
    this.#element.hidden = false;
    return toast;
  }

  #remove(toast: HTMLElement): void {
    toast.remove();
    this.#element.hidden = this.#element.childElementCount === 0;
  }
}
