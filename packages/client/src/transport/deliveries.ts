import type { ClientBodies, ClientKind } from '@visavis/protocol/downlink';

/** Messages sent and not known to have arrived that are kept to be sent again; the oldest goes first. */
const MAX_KEPT = 256;

/** What must arrive exactly once. Positions and pings are news only for a moment, and the microphone is for the ear. */
export type KeptKind = Extract<ClientKind, 'text' | 'interrupt' | 'playbackFinished'>;

export type Delivery = { [K in KeptKind]: { readonly kind: K; readonly body: ClientBodies[K]; readonly sequence: number } }[KeptKind];

/**
 * What a client knows of its stream so that nothing is lost or comes twice over several connections: the secret that
 * names it, the last message taken, and its own messages that may not have arrived.
 */
export class Deliveries {
  #resumeToken = '';
  #received = 0;
  #sequence = 0;
  #kept: Delivery[] = [];

  /** Empty where there is no stream to go on with. */
  get resumeToken(): string {
    return this.#resumeToken;
  }

  /** Sequence of the last message taken. */
  get received(): number {
    return this.#received;
  }

  /** Messages that may not have arrived, in order. */
  get waiting(): readonly Delivery[] {
    return this.#kept;
  }

  /**
   * Another stream begins. What the user typed is meant for it as well: returned, numbered anew. The rest, which was about
   * what the last one said, is dropped.
   */
  begin(resumeToken: string): readonly Delivery[] {
    const texts = this.#kept.filter(({ kind }) => kind === 'text');
    this.#resumeToken = resumeToken;
    this.#received = 0;
    this.#kept = [];
    return texts.map(({ body }) => this.add('text', body));
  }

  /** Numbers a message and keeps it. Of a stream that cannot be resumed nothing is numbered or kept. */
  add(kind: KeptKind, body: ClientBodies[KeptKind]): Delivery {
    const isKept = this.#resumeToken !== '';
    const delivery = { kind, body, sequence: isKept ? (this.#sequence += 1) : 0 } as Delivery;
    if (isKept) this.#kept.push(delivery);
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
    return delivery;
  }

  /** The backend has everything up to `received`. */
  arrived(received: number): void {
    while (this.#kept[0] && this.#kept[0].sequence <= received) this.#kept.shift();
  }

  /** Takes note of a message; false where it came before. */
  take(sequence: number): boolean {
    if (sequence === 0) return true;
    if (sequence <= this.#received) return false;
    this.#received = sequence;
    return true;
  }
}
