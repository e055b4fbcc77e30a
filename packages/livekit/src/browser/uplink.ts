import { ConnectionState as RoomState, type Room } from 'livekit-client';
import { ROOM_METHOD, ROOM_TOPIC } from '@visavis/protocol/room';

/** A call carries at most 15 KiB of text. */
const MAX_CALL_LENGTH = 15_000;
const CALL_TIMEOUT_MS = 4_000;
/** A call that failed is made again, for as long as a publisher may take to be replaced. */
const RETRY_MS = 500;
const MAX_TRIES = 10;
/** Messages that may be on their way; the oldest is given up first. */
const MAX_PENDING = 64;
const MAX_SEQUENCE = 0x7fff_ffff;

interface Pending {
  readonly bytes: Uint8Array<ArrayBuffer>;
  timer?: ReturnType<typeof setTimeout>;
}

/** What a viewer says to the avatar's backend, through the room. */
export class Uplink {
  readonly #room: Room;
  readonly #identity: string;
  readonly #pending = new Set<Pending>();
  /** From anywhere: another page of the same viewer must not be taken for this one. */
  #sequence = Math.floor(Math.random() * MAX_SEQUENCE);

  constructor(room: Room, identity: string) {
    this.#room = room;
    this.#identity = identity;
  }

  /** Without repeats. */
  send(bytes: Uint8Array): void {
    const options = { reliable: true, topic: ROOM_TOPIC, destinationIdentities: [this.#identity] };
    this.#room.localParticipant.publishData(bytes as Uint8Array<ArrayBuffer>, options).catch(() => undefined);
  }

  /** Until it is known to have arrived. A repeat has the same number, by which the backend knows it. */
  deliver(encode: (sequence: number) => Uint8Array): void {
    this.#sequence += 1;
    const pending: Pending = { bytes: encode(this.#sequence) as Uint8Array<ArrayBuffer> };
    this.#pending.add(pending);
    if (this.#pending.size > MAX_PENDING) this.#forget(this.#pending.values().next().value!);
    void this.#try(pending, 1);
  }

  clear(): void {
    for (const pending of this.#pending) this.#forget(pending);
  }

  async #try(pending: Pending, tries: number): Promise<void> {
    try {
      if (this.#room.state !== RoomState.Connected) throw new Error('not connected');
      await this.#call(pending.bytes);
      this.#forget(pending);
    } catch {
      if (!this.#pending.has(pending)) return;
      if (tries >= MAX_TRIES) this.#forget(pending);
      else pending.timer = setTimeout(() => void this.#try(pending, tries + 1), RETRY_MS);
    }
  }

  async #call(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const payload = toBase64(bytes);
    if (payload.length > MAX_CALL_LENGTH) return this.send(bytes);
    await this.#room.localParticipant.performRpc({
      destinationIdentity: this.#identity, method: ROOM_METHOD, payload, responseTimeout: CALL_TIMEOUT_MS,
    });
  }

  #forget(pending: Pending): void {
    clearTimeout(pending.timer);
    this.#pending.delete(pending);
  }
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
