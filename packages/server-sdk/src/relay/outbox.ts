/** What an outbox writes to. */
export interface Pipe {
  /** Bytes written that the network has not taken. */
  readonly bufferedBytes: number;
  /** Writes one message; `sent` is called when the network has taken it, or never will. */
  send(bytes: Uint8Array, sent: () => void): void;
}

export interface Packet {
  readonly bytes: Uint8Array;
  /** Counts up. What has one is kept until the client has said that it came; 0 is sent once. */
  readonly sequence: number;
  /** Speech belongs to an epoch and goes with it; the rest stays. */
  readonly speech: boolean;
  /** The request whose motion this is, where it may give way to newer motion of the same. */
  readonly motionOf?: string;
}

export interface OutboxBounds {
  /** What is handed to the network at a time, bytes: little, because it cannot be taken back by a flush. */
  readonly inFlightBytes: number;
  /** Above this much waiting for a connected client, motion is thinned: of each request the newest message stays. */
  readonly softBytes: number;
  /**
   * Above this much waiting a connected client has fallen behind for good, and one that is away has been away for too
   * long. What was sent and is kept besides counts too: while connected the oldest of it goes.
   */
  readonly hardBytes: number;
}

/**
 * The seconds a Motion Server runs ahead make tens of kilobytes at 4 KB/s; the hard bound leaves room for a minute
 * of mirrored PCM at 48 kHz.
 */
export const DEFAULT_BOUNDS: OutboxBounds = { inFlightBytes: 64 * 1024, softBytes: 1024 * 1024, hardBytes: 8 * 1024 * 1024 };

/**
 * What waits for one client, in order, within bounds, over any number of connections. Audio, ends and everything else
 * are never dropped by it; nor is motion while there is no connection.
 */
export class Outbox {
  readonly #bounds: OutboxBounds;
  #pipe: Pipe | undefined;
  #packets: Packet[] = [];
  #waitingBytes = 0;
  /** Sent, and not known to have come. */
  #kept: Packet[] = [];
  #keptBytes = 0;
  /** Sequence of the last packet that was let go: the client said that it came, or the bound took it. */
  #forgotten = 0;
  #droppedMotion = 0;

  constructor(bounds: OutboxBounds) {
    this.#bounds = bounds;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** What waits, and what was sent and may have to be sent again. */
  get heldBytes(): number {
    return this.#waitingBytes + this.#keptBytes;
  }

  /** Motion messages that gave way to newer ones. */
  get droppedMotion(): number {
    return this.#droppedMotion;
  }

  /** Whether everything after `received` is still here. */
  canGoOnAfter(received: number): boolean {
    return received >= this.#forgotten;
  }

  /** Writes to `pipe` from here on, beginning after the packet that came last. What waited meanwhile is not thinned. */
  attach(pipe: Pipe, received = 0): void {
    this.acknowledge(received);
    const again = [...this.#kept.splice(0), ...this.#packets];
    this.#keptBytes = 0;
    this.#keep(again.map(({ bytes, sequence, speech }) => ({ bytes, sequence, speech })));
    this.#pipe = pipe;
    this.#pump();
  }

  /** There is no connection: everything numbered waits for the next. */
  detach(): void {
    this.#pipe = undefined;
    this.#keep(this.#packets.filter(({ sequence }) => sequence > 0));
  }

  /** The client has everything up to `received`. */
  acknowledge(received: number): void {
    while (this.#kept[0] && this.#kept[0].sequence <= received) this.#forgotten = this.#letGo();
  }

  /** False: the hard bound is passed, nothing was sent, and the client is to be told and closed. */
  push(packet: Packet): boolean {
    this.#packets.push(packet);
    this.#waitingBytes += packet.bytes.length;
    if (!this.#pipe) return this.heldBytes <= this.#bounds.hardBytes;
    this.#pump();
    if (this.#waitingBytes > this.#bounds.softBytes) this.#thinMotion();
    return this.#waitingBytes <= this.#bounds.hardBytes;
  }

  /** Takes back all speech that has not been handed to the network, and forgets the rest of it. */
  dropSpeech(): void {
    this.#keep(this.#packets.filter((packet) => !packet.speech));
    this.#kept = this.#kept.filter((packet) => !packet.speech);
    this.#keptBytes = sizeOf(this.#kept);
  }

  clear(): void {
    this.#keep([]);
    this.#kept = [];
    this.#keptBytes = 0;
  }

  #pump = (): void => {
    while (this.#pipe && this.#packets.length > 0 && this.#pipe.bufferedBytes < this.#bounds.inFlightBytes) {
      const packet = this.#packets.shift()!;
      this.#waitingBytes -= packet.bytes.length;
      if (packet.sequence > 0) this.#keepSent(packet);
      this.#pipe.send(packet.bytes, this.#pump);
    }
  };

  #keepSent(packet: Packet): void {
    this.#kept.push(packet);
    this.#keptBytes += packet.bytes.length;
    while (this.heldBytes > this.#bounds.hardBytes && this.#kept.length > 0) this.#forgotten = this.#letGo();
  }

  /** Lets the oldest kept packet go; its sequence. */
  #letGo(): number {
    const { bytes, sequence } = this.#kept.shift()!;
    this.#keptBytes -= bytes.length;
    return sequence;
  }

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
    this.#waitingBytes = sizeOf(packets);
  }
}

function sizeOf(packets: readonly Packet[]): number {
  return packets.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
