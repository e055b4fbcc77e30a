import { scripted, type Surroundings } from './intents.js';
import type { Knowledge } from './knowledge.js';

/** Longest answer in characters: about fifteen seconds of speech. The rest is offered, not said. */
const LONGEST = 260;
const UNKNOWN = [
  'I do not know that. I only look things up in a folder of notes; ask me about Visavis.',
  'That is not in my notes. I am a small search, not a large language model.',
];
const MORE = /^(yes|yeah|sure|please|go on|continue|more|tell me more|and then)\b[.! ]*$/i;

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

/** The offline brain: rules first, then the passage that fits best. It makes nothing up, and says so. */
export class Brain {
  readonly #knowledge: Knowledge;
  readonly #surroundings: Surroundings;

  constructor(knowledge: Knowledge, surroundings: Surroundings = { now: () => new Date(), random: Math.random }) {
    this.#knowledge = knowledge;
    this.#surroundings = surroundings;
  }

  /** What to say to the last turn of a conversation, which is the user's. */
  answer(turns: readonly Turn[]): string {
    const asked = turns.at(-1)?.text.trim() ?? '';
    if (asked === '') return 'I did not hear that. Please say it again.';
    return this.#rest(asked, turns) ?? scripted(asked, this.#surroundings) ?? this.#looked(asked, turns) ?? this.#unknown();
  }

  /** "Go on": what the last answer left out of its passage. */
  #rest(asked: string, turns: readonly Turn[]): string | undefined {
    if (!MORE.test(asked)) return undefined;
    const said = turns.findLast(({ role }) => role === 'assistant')?.text.trim();
    const before = turns.filter(({ role, text }) => role === 'user' && !MORE.test(text.trim())).at(-1)?.text;
    if (said === undefined || before === undefined) return undefined;
    const [found] = this.#knowledge.find(before, 1);
    const last = sentencesOf(said).at(-1) ?? '';
    const sentences = sentencesOf(found?.passage.text ?? '');
    const at = sentences.indexOf(last);
    return at >= 0 && at + 1 < sentences.length ? brief(sentences.slice(at + 1)) : 'That was all I have on it.';
  }

  /** A question too short to find anything by itself is asked together with the one before. */
  #looked(asked: string, turns: readonly Turn[]): string | undefined {
    const [found] = this.#knowledge.find(asked, 1);
    if (found) return brief(sentencesOf(found.passage.text));
    const before = turns.filter(({ role }) => role === 'user').at(-2)?.text;
    const [together] = before !== undefined && asked.split(/\s+/).length <= 4 ? this.#knowledge.find(`${before} ${asked}`, 1) : [];
    return together && brief(sentencesOf(together.passage.text));
  }

  #unknown(): string {
    return UNKNOWN[Math.floor(this.#surroundings.random() * UNKNOWN.length)]!;
  }
}

function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?])\s+/).filter(Boolean);
}

/** Whole sentences, as many as fit; one at least. */
function brief(sentences: readonly string[]): string {
  let length = 0;
  const over = sentences.findIndex((sentence) => (length += sentence.length + 1) > LONGEST);
  return sentences.slice(0, over < 0 ? undefined : Math.max(1, over)).join(' ');
}
