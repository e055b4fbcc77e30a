import type { Expression, TimedText } from './expression.js';
import { lipDuties, spelledContacts, type LipDuty } from './phonemes.js';

/** Lips meet so long before the sound that needs them is due, in milliseconds. */
const LEAD_MS = 10;
/** A contact is held so long at least: three poses at 50 Hz, so that a frame at 25 fps shows it whole. */
const SHORTEST_MS = 60;
/** A letter's sound is looked for so far on either side of its share of the word. */
const SPELLING_MS = 80;

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is known of a contact at a moment: that it is, that it is not, or how much likelier it is than the sound alone says. */
export type Known = boolean | 'likely' | 'unlikely' | undefined;

/** What phonemes or words with times say of the lips, by time. Phonemes are exact between the first and the last of them. */
export class LipTimeline {
  readonly #phonemes: Span | undefined;
  readonly #words: readonly Span[];
  readonly #contacts: Readonly<Record<'lips' | 'teeth', readonly Span[]>>;
  readonly #spelled: Readonly<Record<'lips' | 'teeth', readonly Span[]>>;
  readonly #spoken: readonly Span[];

  constructor({ phonemes = [], words = [] }: Expression) {
    const sounds = phonemes.flatMap(soundsOf);
    const spansOf = (duty: LipDuty): Span[] => sounds.filter((sound) => sound.duty === duty).map(({ span }) => span);
    this.#phonemes = whole(sounds.map(({ span }) => span));
    this.#contacts = { lips: sorted(spansOf('lips').map(contact)), teeth: sorted(spansOf('teeth').map(contact)) };
    this.#spoken = sorted([...spansOf('other'), ...spansOf('teeth')]);
    this.#words = sorted(words.map(({ startMs, endMs }) => ({ fromMs: startMs, toMs: endMs })));
    this.#spelled = { lips: sorted(words.flatMap((word) => expected(word, 'lips'))), teeth: sorted(words.flatMap((word) => expected(word, 'teeth'))) };
  }

  /** Whether the lips meet each other, or the lower one the teeth. */
  contactAt(duty: 'lips' | 'teeth', timeMs: number): Known {
    if (this.#phonemes && covers(this.#phonemes, timeMs)) return within(this.#contacts[duty], timeMs);
    if (within(this.#spelled[duty], timeMs)) return 'likely';
    return within(this.#words, timeMs) ? 'unlikely' : undefined;
  }

  /** Whether a sound that keeps the lips apart is known to be heard; undefined where no phonemes are known. */
  spokenAt(timeMs: number): boolean | undefined {
    return this.#phonemes && covers(this.#phonemes, timeMs) ? within(this.#spoken, timeMs) : undefined;
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

function expected(word: TimedText, duty: LipDuty): Span[] {
  const { text, startMs, endMs } = word;
  return spelledContacts(text).filter((one) => one.duty === duty).map(({ at }) => {
    const middle = startMs + at * (endMs - startMs);
    return { fromMs: middle - SPELLING_MS, toMs: middle + SPELLING_MS };
  });
}

function whole(spans: readonly Span[]): Span | undefined {
  if (spans.length === 0) return undefined;
  return spans.reduce((all, { fromMs, toMs }) => ({ fromMs: Math.min(all.fromMs, fromMs), toMs: Math.max(all.toMs, toMs) }));
}

/** In order and without overlaps. */
function sorted(spans: Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.sort((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last && span.fromMs <= last.toMs) merged[merged.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
    else merged.push(span);
  }
  return merged;
}

function covers({ fromMs, toMs }: Span, timeMs: number): boolean {
  return timeMs >= fromMs && timeMs < toMs;
}

/** By halving: an hour's phonemes cost no more than a minute's. */
function within(spans: readonly Span[], timeMs: number): boolean {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.toMs <= timeMs) low = middle + 1;
    else high = middle;
  }
  const span = spans[low];
  return span !== undefined && covers(span, timeMs);
}
