/** Longest clause in characters; a longer run of words is cut at a comma or a space, so that no text waits long for its first sound. */
const MAX_CLAUSE = 160;
/** A comma ends the first clause only from here on: "Well, ..." alone would sound chopped. */
const MIN_FIRST_CLAUSE = 24;

const SENTENCE_END = /(?<=[.!?…。！？]["')\]]*) /u;

/**
 * Cuts text that comes piece by piece into clauses to synthesise one by one: sentences, the first of them also at its
 * comma, so that the first sound comes soon. Joined with spaces they give the text back, white space folded.
 */
export class ClauseCutter {
  readonly #maxClause: number;
  #rest = '';
  #begun = false;

  /** `maxClause`: characters at most. */
  constructor(maxClause = MAX_CLAUSE) {
    this.#maxClause = maxClause;
  }

  /** Takes more text; returns the clauses that are complete. */
  push(text: string): string[] {
    const pieces = this.#cut(text);
    this.#rest = pieces.pop() ?? '';
    return this.#give(pieces);
  }

  /** What is left: the text, or a paragraph of it, is complete. */
  flush(): string[] {
    const pieces = this.#cut('');
    this.#rest = '';
    return this.#give(pieces);
  }

  #cut(text: string): string[] {
    const folded = (this.#rest + text).replace(/\s+/g, ' ').trimStart();
    return folded.split(SENTENCE_END)
      .flatMap((sentence, i) => (i === 0 && !this.#begun ? splitAtComma(sentence) : [sentence]))
      .flatMap((clause) => cutLong(clause, this.#maxClause));
  }

  #give(pieces: readonly string[]): string[] {
    const clauses = pieces.map((piece) => piece.trim()).filter(Boolean);
    this.#begun ||= clauses.length > 0;
    return clauses;
  }
}

/** The clauses of a text that is there as a whole. */
export function splitClauses(text: string): string[] {
  const cutter = new ClauseCutter();
  return [...cutter.push(text), ...cutter.flush()];
}

function splitAtComma(sentence: string): string[] {
  const comma = sentence.slice(MIN_FIRST_CLAUSE).search(/[,;:] /);
  if (comma < 0) return [sentence];
  const at = MIN_FIRST_CLAUSE + comma + 1;
  return [sentence.slice(0, at), sentence.slice(at + 1)];
}

/** Cut at the last comma in its second half, else at the last space. */
function cutLong(clause: string, most: number): string[] {
  const parts: string[] = [];
  let rest = clause;
  while (rest.length > most) {
    const head = rest.slice(0, most);
    const comma = Math.max(head.lastIndexOf(', '), head.lastIndexOf('; '), head.lastIndexOf(': ')) + 1;
    const space = rest.lastIndexOf(' ', most);
    const at = comma > most / 2 ? comma : space > 0 ? space : most;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...parts, rest];
}
