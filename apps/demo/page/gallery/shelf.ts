/** The avatars to pick from: one card each, and one that takes a file. */

export interface ShelfItem {
  readonly id: string;
  readonly name: string;
  /** Kind of rig: glb, vrm, splat, sprite. */
  readonly rig: string;
  readonly thumbnailUrl?: string | undefined;
}

export class Shelf {
  onPick: ((id: string) => void) | undefined;
  onFiles: ((files: File[]) => void) | undefined;
  readonly #element: HTMLElement;
  readonly #cards = new Map<string, HTMLButtonElement>();
  readonly #own: HTMLButtonElement;

  constructor(element: HTMLElement) {
    this.#element = element;
    this.#own = this.#ownCard();
    element.append(this.#own);
  }

  /** A new card, before the one that takes a file. A card of the same id is replaced. */
  add({ id, name, rig, thumbnailUrl }: ShelfItem): void {
    const card = button('card', [picture(thumbnailUrl, name), caption(name, rig)]);
    card.setAttribute('aria-pressed', 'false');
    card.addEventListener('click', () => this.onPick?.(id));
    this.#cards.get(id)?.remove();
    this.#cards.set(id, card);
    this.#element.insertBefore(card, this.#own);
  }

  mark(picked: string): void {
    for (const [id, card] of this.#cards) card.setAttribute('aria-pressed', String(id === picked));
  }

  /** It did not come: `seen` is marked again, unless another was picked meanwhile. */
  unmark(picked: string, seen: string): void {
    if (this.#cards.get(picked)?.getAttribute('aria-pressed') === 'true') this.mark(seen);
  }

  #ownCard(): HTMLButtonElement {
    const input = Object.assign(document.createElement('input'), { type: 'file', multiple: true, hidden: true, accept: '.glb,.vrm,.zip,.json,.svg,.png,.webp' });
    input.addEventListener('change', () => {
      this.onFiles?.([...input.files!]);
      input.value = '';
    });
    const card = button('card own', [blank('+'), caption('Your own', 'file'), input]);
    card.title = 'GLB, VRM, or a splat head as a zip. It stays in this browser.';
    card.addEventListener('click', () => input.click());
    return card;
  }
}

/** Takes files dropped anywhere on the page; `overlay` shows while they are over it. */
export function takeDrops(overlay: HTMLElement, onFiles: (files: File[]) => void): void {
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    overlay.hidden = false;
  });
  addEventListener('dragleave', (event) => { if (event.relatedTarget === null) overlay.hidden = true; });
  addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    overlay.hidden = true;
    onFiles([...event.dataTransfer!.files]);
  });
}

function button(className: string, children: readonly Node[]): HTMLButtonElement {
  const made = Object.assign(document.createElement('button'), { type: 'button' as const, className });
  made.append(...children);
  return made;
}

function picture(url: string | undefined, name: string): HTMLElement {
  if (url === undefined) return blank(name.slice(0, 1).toUpperCase());
  return Object.assign(document.createElement('img'), { src: url, alt: '', loading: 'lazy' as const });
}

function blank(letter: string): HTMLElement {
  return Object.assign(document.createElement('div'), { className: 'blank', textContent: letter });
}

function caption(name: string, rig: string): HTMLElement {
  const made = document.createElement('span');
  made.append(name, Object.assign(document.createElement('small'), { textContent: rig }));
  return made;
}
