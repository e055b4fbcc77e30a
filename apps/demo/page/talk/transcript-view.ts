import { make } from '../dom.js';
import type { Line, TranscriptSink } from './transcript.js';

/** So close to its end the list follows what is said; a visitor who scrolled up stays there. */
const NEAR_PX = 60;

/** The transcript as a list. A line that may still change is `aria-busy`, so that it is read out once, when it is whole. */
export class TranscriptView implements TranscriptSink {
  readonly #list: HTMLElement;
  readonly #scroller: HTMLElement;
  readonly #name: string;
  readonly #items = new Map<number, HTMLLIElement>();

  /** `name` is the avatar's. */
  constructor(list: HTMLElement, scroller: HTMLElement, name: string) {
    this.#list = list;
    this.#scroller = scroller;
    this.#name = name;
  }

  show({ id, role, text, state }: Line): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    const follows = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    const item = this.#items.get(id) ?? this.#add(id, role);
    item.className = `${role} ${state}`;
    item.setAttribute('aria-busy', String(state === 'open'));
    const said = item.lastElementChild!;
    said.textContent = text;
    if (state === 'cut') said.append(make('small', '', text ? 'you cut in here' : 'not heard'));
    if (follows) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  drop(id: number): void {
    this.#items.get(id)?.remove();
    this.#items.delete(id);
  }

  #add(id: number, role: Line['role']): HTMLLIElement {
    const item = make('li');
    item.append(make('b', '', role === 'user' ? 'You' : this.#name), make('p'));
    this.#items.set(id, item);
    this.#list.append(item);
    return item;
  }
}
