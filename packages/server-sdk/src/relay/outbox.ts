/** What an outbox writes to. */
export interface Pipe {
  /** Bytes written that the network has not taken. */
  readonly bufferedBytes: number;
  /** Writes one message; `sent` is called when the network has taken it, or never will. */
  send(bytes: Uint8Array, sent: () => void): void;
}

export interface Packet {
  readonly bytes: Uint8Array;
  /** Speech belongs to an epoch and goes with it; the rest stays. */
  readonly speech: boolean;
  /** The request whose motion this is, where it may give way to newer motion of the same. */
  readonly motionOf?: string;
}

export interface OutboxBounds {
  /** What is handed to the network at a time, bytes: little, because it cannot be taken back by a flush. */
  readonly inFlightBytes: number;
  /** Above this much waiting, motion is thinned: of each request the newest message stays. */
  readonly softBytes: number;
  /** Above this much waiting the client has fallen behind for good. */
  readonly hardBytes: number;
}

/**
 * The seconds a Motion Server runs ahead make tens of kilobytes at 4 KB/s; the hard bound leaves room for a minute
 * of mirrored PCM at 48 kHz.
 */
export const DEFAULT_BOUNDS: OutboxBounds = { inFlightBytes: 64 * 1024, softBytes: 1024 * 1024, hardBytes: 8 * 1024 * 1024 };

/** What waits for one client, in order, within bounds. Audio, ends and everything else are never dropped by it. */
export class Outbox {
  readonly #pipe: Pipe;
  readonly #bounds: OutboxBounds;
  #packets: Packet[] = [];
  #waitingBytes = 0;
  #droppedMotion = 0;

  constructor(pipe: Pipe, bounds: OutboxBounds) {
    this.#pipe = pipe;
    this.#bounds = bounds;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Motion messages that gave way to newer ones. */
  get droppedMotion(): number {
    return this.#droppedMotion;
  }

  /** False: the hard bound is passed, nothing was sent, and the client is to be told and closed. */
  push(packet: Packet): boolean {
    this.#packets.push(packet);
    this.#waitingBytes += packet.bytes.length;
    this.#pump();
    if (this.#waitingBytes > this.#bounds.softBytes) this.#thinMotion();
    return this.#waitingBytes <= this.#bounds.hardBytes;
  }

  /** Takes back all speech that has not been handed to the network. */
  dropSpeech(): void {
    this.#keep(this.#packets.filter((packet) => !packet.speech));
  }

  clear(): void {
    this.#keep([]);
  }

  #pump = (): void => {
    while (this.#packets.length > 0 && this.#pipe.bufferedBytes < this.#bounds.inFlightBytes) {
      const { bytes } = this.#packets.shift()!;
      this.#waitingBytes -= bytes.length;
      this.#pipe.send(bytes, this.#pump);
    }
  };

  #thinMotion(): void {
    const newer = new Set<string>();
    const kept = this.#packets.toReversed().filter(({ motionOf }) => {
      if (motionOf === undefined) return true;
      const superseded = newer.has(motionOf);
      newer.add(motionOf);
      return !superseded;
    });
    this.#droppedMotion += this.#packets.length - kept.length;
    this.#keep(kept.reverse());
  }

  #keep(packets: Packet[]): void {
    this.#packets = packets;
    this.#waitingBytes = packets.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
}
