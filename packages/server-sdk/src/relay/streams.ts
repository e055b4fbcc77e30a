import type { StreamClient } from './stream-client.js';

/** The streams of a relay: those with a client, and those that wait for theirs to come back. */
export class Streams {
  readonly #maxAway: number;
  readonly #maxAwayBytes: number;
  readonly #all = new Set<StreamClient>();
  readonly #byToken = new Map<string, StreamClient>();
  readonly #tokens = new Map<StreamClient, string>();
  /** Bytes held for each that waits, the longest waiting first. */
  readonly #away = new Map<StreamClient, number>();
  #awayBytes = 0;

  /** Of more than `maxAway` streams without a client, or more than `maxAwayBytes` held for them, the one that waited longest ends. */
  constructor(maxAway: number, maxAwayBytes: number) {
    this.#maxAway = maxAway;
    this.#maxAwayBytes = maxAwayBytes;
  }

  /** `resumeToken` is '' where its client cannot come back. */
  add(stream: StreamClient, resumeToken: string): void {
    this.#all.add(stream);
    if (resumeToken === '') return;
    this.#byToken.set(resumeToken, stream);
    this.#tokens.set(stream, resumeToken);
  }

  /** The stream with this secret, where it is for this avatar. */
  find(resumeToken: string, avatarId: string): StreamClient | undefined {
    const stream = this.#byToken.get(resumeToken);
    return stream?.avatarId === avatarId ? stream : undefined;
  }

  /** It waits for its client, and this is what is held for it now. */
  away(stream: StreamClient, heldBytes: number): void {
    this.#awayBytes += heldBytes - (this.#away.get(stream) ?? 0);
    this.#away.set(stream, heldBytes);
    while (this.#away.size > this.#maxAway || this.#awayBytes > this.#maxAwayBytes) this.#endLongestAway();
  }

  settled(stream: StreamClient): void {
    this.#awayBytes -= this.#away.get(stream) ?? 0;
    this.#away.delete(stream);
  }

  remove(stream: StreamClient): void {
    this.#all.delete(stream);
    this.#byToken.delete(this.#tokens.get(stream) ?? '');
    this.#tokens.delete(stream);
  }

  #endLongestAway(): void {
    const [longest] = this.#away.keys();
    if (!longest) return;
    // Ahead of the close, which tells listeners, who may send to others.
    this.settled(longest);
    void longest.close(1013, 'queueFull');
  }

  async closeAll(code: number, reason: string): Promise<void> {
    await Promise.all([...this.#all].map((stream) => stream.close(code, reason)));
  }
}
