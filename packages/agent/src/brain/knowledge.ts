import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VisavisError } from '@visavis/protocol/errors';
import MiniSearch from 'minisearch';
import { passagesOf, type Passage } from './passages.js';

/** A folder may hold so much; more is refused, as it would not be found again by words alone. */
const MAX_FILES = 500;
const MAX_FILE_BYTES = 1024 * 1024;
/** A title's words count so many times a text's. */
const TITLE_WEIGHT = 2.5;
/** Below this an answer is a guess: a question that shares one common word with a passage. */
const LEAST_SCORE = 3;

/** Words that tell nothing of what is asked. */
const STOP_WORDS = new Set('a an and are as at be by can could did do does for from had has have how i in is it its me my of on or please should so tell than that the their them there these they this to was we what when where which who why will with would you your about'.split(' '));

export interface Found {
  readonly passage: Passage;
  readonly score: number;
}

/** Passages found by their words: BM25+ (Lv and Zhai 2011) by MiniSearch, with endings of words forgiven. */
export class Knowledge {
  readonly #passages: ReadonlyMap<string, Passage>;
  readonly #index: MiniSearch<Passage>;

  constructor(passages: readonly Passage[]) {
    this.#passages = new Map(passages.map((passage) => [passage.id, passage]));
    this.#index = new MiniSearch({ fields: ['title', 'text'], processTerm: (term) => (STOP_WORDS.has(term.toLowerCase()) ? null : stem(term.toLowerCase())) });
    this.#index.addAll(passages);
  }

  /** Every Markdown file of a folder. Rejects with `invalidConfiguration` where it cannot be read or is too large. */
  static async load(folder: string): Promise<Knowledge> {
    try {
      const names = (await readdir(folder, { recursive: true })).filter((name) => /\.md$/i.test(name)).sort();
      if (names.length > MAX_FILES) throw new Error(`it has ${names.length} files; at most ${MAX_FILES} are read`);
      const passages: Passage[] = [];
      for (const name of names) passages.push(...passagesOf(name, await readText(join(folder, name))));
      return new Knowledge(passages);
    } catch (cause) {
      throw new VisavisError('invalidConfiguration', `the knowledge folder ${folder} cannot be used: ${(cause as Error).message}`, { cause });
    }
  }

  get size(): number {
    return this.#passages.size;
  }

  /** The passages that fit best, best first; none where nothing fits well. */
  find(question: string, most = 3): Found[] {
    return this.#index.search(question.slice(0, 1_000), { boost: { title: TITLE_WEIGHT }, prefix: (term) => term.length > 3, fuzzy: (term) => (term.length > 5 ? 0.2 : false) })
      .filter(({ score }) => score >= LEAST_SCORE).slice(0, most)
      .map(({ id, score }) => ({ passage: this.#passages.get(id as string)!, score }));
  }
}

async function readText(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > MAX_FILE_BYTES) throw new Error(`${path} has ${size} bytes; at most ${MAX_FILE_BYTES} are read`);
  return readFile(path, 'utf8');
}

/** Endings of number and tense taken off: "avatars" finds "avatar". */
function stem(term: string): string {
  if (term.length > 5 && term.endsWith('ing')) return term.slice(0, -3);
  if (term.length > 4 && term.endsWith('ies')) return `${term.slice(0, -3)}y`;
  if (term.length > 4 && term.endsWith('ed')) return term.slice(0, -2);
  return term.length > 3 && term.endsWith('s') && !term.endsWith('ss') ? term.slice(0, -1) : term;
}
