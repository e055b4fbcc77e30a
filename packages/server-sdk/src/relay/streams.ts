import type { StreamClient } from './stream-client.js';

/** The streams of a relay: those with a client, and those that wait for theirs to come back. */
export class Streams {
  readonly #maxAway: number;
  readonly #all = new Set<StreamClient>();
  readonly #byToken = new Map<string, StreamClient>();
  readonly #tokens = new Map<StreamClient, string>();
  readonly #away = new Set<StreamClient>();

  /** Of more than `maxAway` streams without a client, the one that waited longest ends. */
  constructor(maxAway: number) {
    this.#maxAway = maxAway;
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

  /** It waits for its client. */
  away(stream: StreamClient): void {
    this.#away.add(stream);
    const [longest] = this.#away;
    if (this.#away.size > this.#maxAway) void longest?.close(1013, 'queueFull');
  }

  settled(stream: StreamClient): void {
    this.#away.delete(stream);
  }

  remove(stream: StreamClient): void {
    this.#all.delete(stream);
    this.#byToken.delete(this.#tokens.get(stream) ?? '');
    this.#tokens.delete(stream);
  }

  async closeAll(code: number, reason: string): Promise<void> {
    await Promise.all([...this.#all].map((stream) => stream.close(code, reason)));
  }
}
