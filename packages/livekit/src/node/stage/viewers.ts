import { decodeClientMessage, type ClientMessage } from '@visavis/protocol/downlink';

/** Calls remembered, so that none is taken twice. */
const MAX_CALLS = 256;

export interface ViewersOptions {
  /** Whether what this participant says is taken. */
  readonly isViewer: (identity: string) => boolean;
  /** The viewer that leads has changed. */
  onLead(viewer: string | undefined): void;
  /** A viewer says that it is there. */
  onHello(from: string): void;
  onPing(from: string, timeMs: number): void;
  /** Whatever else the one that leads says. */
  onMessage(message: ClientMessage): void;
}

/**
 * Who watches, and what of what participants say is taken. One viewer leads, the first that said anything and is still there: two
 * that report of what they hear would contradict each other.
 */
export class Viewers {
  readonly #options: ViewersOptions;
  readonly #calls = new Set<string>();
  #leading: string | undefined;

  constructor(options: ViewersOptions) {
    this.#options = options;
  }

  get leading(): string | undefined {
    return this.#leading;
  }

  /** What a participant says; of others than viewers, and what is no message, nothing. */
  read(from: string, bytes: Uint8Array): void {
    const { isViewer, onHello, onPing, onMessage } = this.#options;
    const message = isViewer(from) ? decoded(bytes) : undefined;
    if (!message || !this.#isFirst(from, message.sequence)) return;
    if (this.#leading === undefined) this.#lead(from);
    if (message.case === 'hello') onHello(from);
    else if (message.case === 'ping') onPing(from, message.value.timeMs);
    else if (from === this.#leading) onMessage(message);
  }

  went(identity: string): void {
    if (this.#leading === identity) this.#lead(undefined);
  }

  /** Another publisher is in the room, which did not see who left it meanwhile. */
  met(present: readonly string[]): void {
    if (this.#leading !== undefined && !present.includes(this.#leading)) this.#lead(undefined);
  }

  #lead(viewer: string | undefined): void {
    this.#leading = viewer;
    this.#options.onLead(viewer);
  }

  /** A call that was answered may be made again where the answer was lost. */
  #isFirst(from: string, sequence: number): boolean {
    if (sequence === 0) return true;
    const call = `${from} ${sequence}`;
    if (this.#calls.has(call)) return false;
    this.#calls.add(call);
    if (this.#calls.size > MAX_CALLS) this.#calls.delete(this.#calls.values().next().value!);
    return true;
  }
}

/** Anyone in the room may send anything. */
function decoded(bytes: Uint8Array): ClientMessage | undefined {
  try {
    return decodeClientMessage(bytes);
  } catch {
    return undefined;
  }
}
