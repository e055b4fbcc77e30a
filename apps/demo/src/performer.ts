import { isSilent, splitClauses, type TimedText, type Voice } from '@visavis/agent/tts';
import { VisavisError } from '@visavis/protocol/errors';
import type { Presenter, RelayClient, Turn } from '@visavis/server-sdk';
import type { Clip, ClipStore } from './clips.js';

/** Texts of the form `/sample` and `/clip ID` play a recording; everything else is spoken, `/say TEXT` without an echo of the text. */
const CLIP_COMMAND = /^\/clip (\S{1,64})$/;
const SAMPLE_COMMAND = '/sample';
const SAY_COMMAND = /^\/say\s+/;

export interface PerformerParts {
  readonly client: RelayClient;
  readonly presenter: Presenter;
  readonly voice: Voice;
  readonly clips: ClipStore;
  readonly sample: Clip;
}

/** What the demo's backend does for one client: says what it is told to, latest wish first. */
export class Performer {
  readonly #parts: PerformerParts;
  /** The turn the client was told `speaking` for. */
  #turn: Turn | undefined;

  constructor(parts: PerformerParts) {
    this.#parts = parts;
    const { client } = parts;
    client.onText((text) => void this.#perform(text.trim()));
    // The end of a turn that was cut can arrive after the next has begun.
    client.onPlaybackFinished(({ reqId }) => {
      if (this.#turn?.reqId === reqId) this.#rest(this.#turn);
    });
  }

  async #perform(text: string): Promise<void> {
    if (!text) return;
    const turn = this.#begin();
    try {
      const clip = this.#clipFor(text);
      if (!clip && !SAY_COMMAND.test(text)) this.#parts.client.transcript({ role: 'user', reqId: '', text, words: [], final: true });
      await (clip ? this.#play(turn, clip) : this.#say(turn, text.replace(SAY_COMMAND, '')));
    } catch (error) {
      if (turn.signal.aborted) return;
      this.#parts.presenter.interrupt();
      this.#rest(turn);
      this.#parts.client.error(VisavisError.from(error, 'upstreamError'));
    }
  }

  /** Cuts what is being said and begins the next; the client is `speaking` until that one is heard or cut. */
  #begin(): Turn {
    const { client, presenter } = this.#parts;
    this.#turn = undefined;
    presenter.interrupt();
    const turn = presenter.beginTurn();
    this.#turn = turn;
    turn.signal.addEventListener('abort', () => this.#rest(turn));
    client.presence('speaking');
    return turn;
  }

  /** Idle again, unless another turn has begun. */
  #rest(turn: Turn): void {
    if (turn !== this.#turn) return;
    this.#turn = undefined;
    this.#parts.client.presence('idle');
  }

  #clipFor(text: string): Clip | undefined {
    if (text === SAMPLE_COMMAND) return this.#parts.sample;
    const id = CLIP_COMMAND.exec(text)?.[1];
    if (id === undefined) return undefined;
    const clip = this.#parts.clips.get(id);
    if (!clip) throw new VisavisError('invalidRequest', 'that clip is gone; hand it in again');
    return clip;
  }

  async #play(turn: Turn, { pcm, text, words }: Clip): Promise<void> {
    await turn.send(bytesOf(pcm.samples));
    await turn.end();
    this.#caption(turn, text, words, true);
  }

  /**
   * Speaks clause by clause, so that the first is heard while the next is made; all of it is one request. Clauses the
   * voice has no sound for, such as emoji, are left out.
   */
  async #say(turn: Turn, text: string): Promise<void> {
    const spoken: string[] = [];
    const words: TimedText[] = [];
    let startMs = 0;
    for (const clause of splitClauses(text)) {
      const { pcm, words: spokenWords } = await this.#parts.voice.synthesise(clause, turn.signal);
      if (isSilent(pcm)) continue;
      await turn.send(bytesOf(pcm.samples));
      words.push(...spokenWords.map((word) => shifted(word, startMs)));
      spoken.push(clause);
      this.#caption(turn, spoken.join(' '), words, false);
      startMs += (pcm.samples.length * 1000) / pcm.sampleRate;
    }
    if (spoken.length === 0) throw new VisavisError('invalidRequest', 'This voice speaks English only.');
    this.#caption(turn, spoken.join(' '), words, true);
    await turn.end();
  }

  #caption(turn: Turn, text: string, words: readonly TimedText[], final: boolean): void {
    if (turn.signal.aborted || turn.reqId === undefined) return;
    this.#parts.client.transcript({ role: 'avatar', reqId: turn.reqId, text, words: [...words], final });
  }
}

function shifted({ text, startMs, endMs }: TimedText, byMs: number): TimedText {
  return { text, startMs: Math.round(startMs + byMs), endMs: Math.round(endMs + byMs) };
}

/** The samples as s16le: typed arrays are little-endian on every machine Node runs on. */
function bytesOf({ buffer, byteOffset, byteLength }: Int16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
