import type { SpeechTimes, TimedText } from './expression.js';
import { lipDuties, spelledContacts, type LipDuty } from './phonemes.js';
import { Spans, type Span } from './spans.js';

/** Lips meet so long before the sound that needs them is due, in milliseconds. */
const LEAD_MS = 10;
/** A contact is held so long at least: three poses at 50 Hz, so that a frame at 25 fps shows it whole. */
const SHORTEST_MS = 60;
/** A letter's sound is looked for so far on either side of its share of the word. */
const SPELLING_MS = 80;

/** What is known of a contact at a moment: that it is, that it is not, or how much likelier it is than the sound alone says. */
export type Known = boolean | 'likely' | 'unlikely' | undefined;

/**
 * What phonemes or words with times say of the lips, by time. More may be told as the utterance goes on. Phonemes are exact
 * between the first and the last of those told at once; what is told of a time again adds to it.
 */
export class LipTimeline {
  readonly #known = new Spans();
  readonly #spoken = new Spans();
  readonly #contacts = { lips: new Spans(), teeth: new Spans() };
  readonly #words = new Spans();
  readonly #spelled = { lips: new Spans(), teeth: new Spans() };

  constructor(times: SpeechTimes = {}) {
    this.tell(times);
  }

  tell({ phonemes = [], words = [] }: SpeechTimes): void {
    // In time's order they cost least.
    const sounds = phonemes.flatMap(soundsOf).sort((a, b) => a.span.fromMs - b.span.fromMs);
    if (sounds.length > 0) this.#known.add(whole(sounds.map(({ span }) => span)));
    for (const { duty, span } of sounds) {
      if (duty === 'lips' || duty === 'teeth') this.#contacts[duty].add(contact(span));
      if (duty === 'other' || duty === 'teeth') this.#spoken.add(span);
    }
    for (const word of [...words].sort((a, b) => a.startMs - b.startMs)) this.#tellWord(word);
  }

  /** Whether the lips meet each other, or the lower one the teeth. */
  contactAt(duty: 'lips' | 'teeth', timeMs: number): Known {
    if (this.#known.has(timeMs)) return this.#contacts[duty].has(timeMs);
    if (this.#spelled[duty].has(timeMs)) return 'likely';
    return this.#words.has(timeMs) ? 'unlikely' : undefined;
  }

  /** Whether a sound that keeps the lips apart is known to be heard; undefined where no phonemes are known. */
  spokenAt(timeMs: number): boolean | undefined {
    return this.#known.has(timeMs) ? this.#spoken.has(timeMs) : undefined;
  }

  #tellWord({ text, startMs, endMs }: TimedText): void {
    this.#words.add({ fromMs: startMs, toMs: endMs });
    for (const { duty, at } of spelledContacts(text)) {
      const middle = startMs + at * (endMs - startMs);
      if (duty === 'lips' || duty === 'teeth') this.#spelled[duty].add({ fromMs: middle - SPELLING_MS, toMs: middle + SPELLING_MS });
    }
  }
}

function soundsOf({ text, startMs, endMs }: TimedText): { duty: LipDuty; span: Span }[] {
  const duties = lipDuties(text);
  const share = (endMs - startMs) / duties.length;
  return duties.map((duty, i) => ({ duty, span: { fromMs: startMs + i * share, toMs: startMs + (i + 1) * share } }));
}

function contact({ fromMs, toMs }: Span): Span {
  const middle = (fromMs + toMs) / 2;
  return { fromMs: Math.min(fromMs - LEAD_MS, middle - SHORTEST_MS / 2), toMs: Math.max(toMs, middle + SHORTEST_MS / 2) };
}

function whole(spans: readonly Span[]): Span {
  return spans.reduce((all, { fromMs, toMs }) => ({ fromMs: Math.min(all.fromMs, fromMs), toMs: Math.max(all.toMs, toMs) }));
}
