/** The pages that are open: what each has chosen, and who listens to what it is told. Knows no HTTP: ./visitor-routes does. */
import { VisavisError } from '@visavis/protocol/errors';
import { CHOICES, type BackendState, type Chosen, type TurnReport } from './api.js';

/** Pages remembered; of those that nobody listens for, the oldest is forgotten first. */
const MAX_VISITORS = 256;
/** Streams of events at a time, of one page: a browser that comes back may be ahead of the end of its last line. */
const MAX_LISTENERS = 4;

/** What the backend has for anyone; what is chosen where a visitor has not, depends on the avatar. */
export interface Offer extends Omit<BackendState, 'chosen'> {
  defaults(avatarId: string): Chosen;
}

export type Events = { readonly turn: TurnReport; readonly state: BackendState };
export type Listener = <K extends keyof Events>(event: K, data: Events[K]) => void;

interface Visitor {
  avatarId: string;
  picked: Partial<Chosen>;
  readonly listeners: Set<Listener>;
}

export class Visitors {
  /** Called when a visitor has chosen something. */
  onChosen: ((visitor: string, chosen: Chosen) => void) | undefined;
  readonly #offer: () => Offer;
  readonly #visitors = new Map<string, Visitor>();

  constructor(offer: () => Offer) {
    this.#offer = offer;
  }

  /** A page has asked for a ticket for this avatar. */
  enter(id: string, avatarId: string): void {
    this.#visitor(id).avatarId = avatarId;
  }

  /** Tells `listener` the state now and everything from here on. Returns what ends it; throws `queueFull` where too many listen. */
  join(id: string, listener: Listener): () => void {
    const { listeners } = this.#visitor(id);
    if (listeners.size >= MAX_LISTENERS) throw new VisavisError('queueFull', 'this page listens already');
    listeners.add(listener);
    listener('state', this.state(id));
    return () => listeners.delete(listener);
  }

  state(id: string): BackendState {
    const { hears, notice, offered } = this.#offer();
    return { hears, notice, offered, chosen: this.chosen(id) };
  }

  /** What is offered no more counts as not chosen. */
  chosen(id: string): Chosen {
    const { offered, defaults } = this.#offer();
    const { picked, avatarId } = this.#visitor(id);
    const holding = CHOICES.flatMap((name) => (offered[name].some((choice) => choice.id === picked[name]) ? [[name, picked[name]!] as const] : []));
    return { ...defaults(avatarId), ...Object.fromEntries(holding) };
  }

  /** Throws `invalidRequest` where something of it is not offered; nothing of it holds then. */
  choose(id: string, picked: Partial<Chosen>): void {
    const { offered } = this.#offer();
    for (const name of CHOICES) {
      if (picked[name] !== undefined && !offered[name].some((choice) => choice.id === picked[name])) throw new VisavisError('invalidRequest', `there is no ${name} "${picked[name]}" here`);
    }
    const visitor = this.#visitor(id);
    visitor.picked = { ...visitor.picked, ...picked };
    this.#tell(visitor, 'state', this.state(id));
    this.onChosen?.(id, this.chosen(id));
  }

  told(id: string, report: TurnReport): void {
    this.#tell(this.#visitor(id), 'turn', report);
  }

  /** What is offered has changed. */
  offerChanged(): void {
    for (const [id, visitor] of this.#visitors) this.#tell(visitor, 'state', this.state(id));
  }

  #tell<K extends keyof Events>({ listeners }: Visitor, event: K, data: Events[K]): void {
    for (const listener of listeners) listener(event, data);
  }

  #visitor(id: string): Visitor {
    const known = this.#visitors.get(id);
    if (known) return known;
    const visitor: Visitor = { avatarId: '', picked: {}, listeners: new Set() };
    this.#visitors.set(id, visitor);
    if (this.#visitors.size > MAX_VISITORS) this.#forgetOne(id);
    return visitor;
  }

  #forgetOne(except: string): void {
    const idle = [...this.#visitors].find(([id, { listeners }]) => id !== except && listeners.size === 0);
    const [oldest] = idle ?? [this.#visitors.keys().next().value!];
    this.#visitors.delete(oldest);
  }
}
