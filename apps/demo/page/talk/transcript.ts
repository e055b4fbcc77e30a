/**
 * What was said by whom, in order: one line an utterance, partials in place, an answer that was cut ends at the word that
 * was heard last. Knows no document; ./transcript-view shows it.
 */
import type { Caption, PlaybackResult } from '@visavis/client';

/** Lines kept; the oldest goes first. */
const MAX_LINES = 200;

export interface Line {
  readonly id: number;
  readonly role: 'user' | 'avatar';
  /** Of an answer that was cut, what was heard of it. */
  readonly text: string;
  /** `open` may still change. */
  readonly state: 'open' | 'said' | 'cut';
}

type Told = Pick<Caption, 'role' | 'conversationId' | 'text' | 'words' | 'final'>;

interface Open {
  readonly line: Line;
  readonly words: Told['words'];
}

/** Where the changes go. */
export interface TranscriptSink {
  /** A new line, or a known one (same `id`) that changed. */
  show(line: Line): void;
  /** The oldest line is kept no longer. */
  drop(id: number): void;
}

export class Transcript {
  readonly #sink: TranscriptSink;
  readonly #kept: number[] = [];
  /** Answers that are being heard, by conversation. */
  readonly #answers = new Map<string, Open>();
  #asking: Line | undefined;
  #ids = 0;

  constructor(sink: TranscriptSink) {
    this.#sink = sink;
  }

  /** Takes a caption as the controller tells it; the same one again changes nothing. */
  hear({ role, conversationId, text, words, final }: Told): void {
    if (role === 'user') return this.#ask(text, final);
    if (conversationId === undefined) return;
    const line: Line = { id: this.#answers.get(conversationId)?.line.id ?? this.#newId(), role, text, state: 'open' };
    const before = this.#answers.get(conversationId)?.line;
    this.#answers.set(conversationId, { line, words });
    if (before?.text !== text) this.#sink.show(line);
  }

  /** An answer was heard to its end, or cut. */
  finished({ conversationId, playedMs, interrupted }: PlaybackResult): void {
    const answer = this.#answers.get(conversationId);
    if (!answer) return;
    this.#answers.delete(conversationId);
    const { line, words } = answer;
    this.#sink.show(interrupted ? { ...line, text: heardOf(line.text, words, playedMs), state: 'cut' } : { ...line, state: 'said' });
  }

  #ask(text: string, final: boolean): void {
    const line: Line = { id: this.#asking?.id ?? this.#newId(), role: 'user', text, state: final ? 'said' : 'open' };
    this.#asking = final ? undefined : line;
    this.#sink.show(line);
  }

  #newId(): number {
    const id = this.#ids++;
    this.#kept.push(id);
    if (this.#kept.length > MAX_LINES) this.#sink.drop(this.#kept.shift()!);
    return id;
  }
}

/** The words that had begun; all of the text where no word has a time. */
function heardOf(text: string, words: Told['words'], playedMs: number): string {
  if (!words.some(({ startMs }) => startMs > 0)) return text;
  return words.filter(({ startMs }) => startMs < playedMs).map((word) => word.text).join(' ');
}
