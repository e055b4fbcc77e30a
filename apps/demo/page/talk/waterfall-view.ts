import { make } from '../dom.js';
import { duration, type Bar, type Waterfall } from './waterfall.js';

/** Turns kept; the oldest goes first. */
const MOST = 20;

const SOURCES: Readonly<Record<Waterfall['source'], string>> = { voice: 'from the end of your speech', text: 'from your message', say: 'from the request' };

/** The turns so far, newest first and open, each a table whose middle column is drawn as bars. */
export class WaterfallView {
  readonly #element: HTMLElement;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  show(waterfall: Waterfall): void {
    this.#element.querySelector('.empty')?.remove();
    for (const open of this.#element.querySelectorAll('details')) open.open = false;
    const details = make('details');
    details.open = true;
    details.append(summaryOf(waterfall), tableOf(waterfall));
    this.#element.prepend(details);
    while (this.#element.childElementCount > MOST) this.#element.lastElementChild!.remove();
  }
}

function summaryOf({ title, source, heardMs, interrupted }: Waterfall): HTMLElement {
  const summary = make('summary');
  const first = heardMs === undefined ? 'not heard' : duration(heardMs);
  const note = `${heardMs === undefined ? 'Cut before its first sound' : `First sound, ${SOURCES[source]}`}${interrupted && heardMs !== undefined ? ' · cut' : ''}`;
  summary.append(make('span', 'said', title), make('output', '', first), make('small', '', note));
  return summary;
}

function tableOf({ bars, totalMs }: Waterfall): HTMLElement {
  const table = make('table');
  const caption = make('caption', 'unseen', 'When each step was done, and how long it took');
  const body = make('tbody');
  body.append(...bars.map((bar, i) => rowOf(bar, Math.max(1, totalMs), i === bars.length - 1)));
  table.append(caption, body);
  return table;
}

function rowOf({ name, fromMs, toMs }: Bar, totalMs: number, isLast: boolean): HTMLElement {
  const row = make('tr');
  const label = make('th', '', name);
  label.scope = 'row';
  const bar = make('span', isLast ? 'bar last' : 'bar');
  bar.style.left = `${(100 * fromMs) / totalMs}%`;
  bar.style.width = `${(100 * (toMs - fromMs)) / totalMs}%`;
  const track = make('span', 'track');
  track.append(bar);
  const middle = make('td');
  middle.append(track);
  const end = make('td', '', duration(toMs));
  end.title = `took ${duration(toMs - fromMs)}`;
  row.append(label, middle, end);
  return row;
}
