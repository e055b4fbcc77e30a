/** What a packet of motion holds: messages in order, those before the new ones sent already. */
export interface MotionPacket {
  readonly motion: readonly Uint8Array[];
  /** The last message is the request's last. */
  readonly end: boolean;
}

/** How motion travels beside the sound. Makes packets of messages; the stage sends them, and where they are lost, they are. */
export interface MotionCarrier {
  /** New messages of the utterance that is being said, in order; their sound leaves `aheadMs` from now at the earliest. */
  pack(messages: readonly Uint8Array[], end: boolean, aheadMs: number): MotionPacket;
  /** Another utterance, or the same one from an earlier place. */
  reset(): void;
}

/** A repeat goes with the next packet: of motion that is this little ahead of its sound it would come too late. */
const WORTH_REPEATING_MS = 300;

/**
 * Sends each message again with the packets after it: what one loses, the next brings, and as motion runs ahead of its sound
 * by the track's queue and the client's jitter buffer it still comes in time.
 */
export class RepeatingCarrier implements MotionCarrier {
  readonly #repeats: number;
  #sent: (readonly Uint8Array[])[] = [];

  /** `repeats`: how many times each message is sent again, 0..4. */
  constructor(repeats = 1) {
    this.#repeats = repeats;
  }

  pack(messages: readonly Uint8Array[], end: boolean, aheadMs: number): MotionPacket {
    const motion = [...(aheadMs >= WORTH_REPEATING_MS ? this.#sent.flat() : []), ...messages];
    this.#sent = [...this.#sent, messages].slice(this.#repeats === 0 ? Infinity : -this.#repeats);
    return { motion, end };
  }

  reset(): void {
    this.#sent = [];
  }
}
