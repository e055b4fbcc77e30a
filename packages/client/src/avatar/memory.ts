import type { Avatar } from './avatar.js';

/** What may be held in memory; the avatars used longest ago go first. */
const MAX_AVATARS = 8;
const MAX_BYTES = 128 * 1024 * 1024;

/** The avatars used last, by what they were asked for as. */
export class AvatarMemory {
  readonly #avatars = new Map<string, Avatar>();

  get(id: string): Avatar | undefined {
    const avatar = this.#avatars.get(id);
    if (avatar) this.put(id, avatar);
    return avatar;
  }

  /** Puts an avatar at the young end and drops from the old end what exceeds the bounds. */
  put(id: string, avatar: Avatar): void {
    this.#avatars.delete(id);
    this.#avatars.set(id, avatar);
    let bytes = 0;
    for (const { byteLength } of this.#avatars.values()) bytes += byteLength;
    for (const [oldest, { byteLength }] of this.#avatars) {
      const fits = this.#avatars.size <= MAX_AVATARS && bytes <= MAX_BYTES;
      if (fits || oldest === id) break;
      this.#avatars.delete(oldest);
      bytes -= byteLength;
    }
  }

  delete(id: string): void {
    this.#avatars.delete(id);
  }

  clear(): void {
    this.#avatars.clear();
  }
}
