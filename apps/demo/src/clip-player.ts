import type { ClientLine } from '@visavis/agent';
import type { Presenter, Turn } from '@visavis/server-sdk';
import { VisavisError } from '@visavis/protocol/errors';
import type { Clip } from './clips.js';

/** Plays recordings to one client, the latest wish first. Beside the conversation: whoever begins to speak cuts the other. */
export class ClipPlayer {
  readonly #client: ClientLine;
  readonly #presenter: Presenter;
  /** The turn the client was told `speaking` for. */
  #turn: Turn | undefined;

  constructor(client: ClientLine, presenter: Presenter) {
    this.#client = client;
    this.#presenter = presenter;
    // The end of a turn that was cut can arrive after the next has begun.
    client.onPlaybackFinished(({ reqId }) => { if (this.#turn?.reqId === reqId) this.#rest(this.#turn); });
  }

  /** Cuts what plays; nothing where nothing does. */
  stop(): void {
    if (this.#turn) this.#presenter.interrupt();
  }

  async play({ pcm, text, words }: Clip): Promise<void> {
    this.stop();
    const turn = this.#presenter.beginTurn();
    this.#turn = turn;
    turn.signal.addEventListener('abort', () => this.#rest(turn));
    this.#client.presence('speaking');
    try {
      await turn.send(bytesOf(pcm.samples));
      await turn.end();
      if (!turn.signal.aborted && text !== '') this.#client.transcript({ role: 'avatar', reqId: turn.reqId!, text, words: [...words], final: true });
    } catch (error) {
      if (turn.signal.aborted) return;
      this.#presenter.interrupt();
      this.#rest(turn);
      this.#client.error(VisavisError.from(error, 'upstreamError'));
    }
  }

  /** Idle again, unless another turn has begun. */
  #rest(turn: Turn): void {
    if (turn !== this.#turn) return;
    this.#turn = undefined;
    this.#client.presence('idle');
  }
}

/** The samples as s16le: typed arrays are little-endian on every machine Node runs on. */
function bytesOf({ buffer, byteOffset, byteLength }: Int16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
