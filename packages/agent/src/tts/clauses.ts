/** Longest clause in characters; a longer run of words is cut at a comma or a space, so that no text waits long for its first sound. */
const MAX_CLAUSE = 160;
/** A comma ends the first clause only from here on: "Well, ..." alone would sound chopped. */
const MIN_FIRST_CLAUSE = 24;

/** How much longer each clause may be than the one before, until the limit: it is made while that one is heard. */
const GROWTH = 1.6;
/** Where a long sentence may be cut so that it sounds least of being cut: before these. */
const PHRASE = / (?=(?:and|as|at|because|but|by|for|from|if|in|into|of|on|or|so|than|that|to|when|where|which|while|who|with) )/giu;

const SENTENCE_END = /(?<=[.!?…。！？]["')\]]*) /u;

/**
 * Cuts text that comes piece by piece into clauses to synthesise one by one: sentences, the first of them also at its
 * comma, so that the first sound comes soon. Joined with spaces they give the text back, white space folded.
 */
export class ClauseCutter {
  readonly #maxClause: number;
  readonly #firstClause: number;
  #rest = '';
  #given = 0;

  /** `maxClause`: characters at most; `firstClause`: of the first, the next ones may be longer by and by. */
  constructor(maxClause = MAX_CLAUSE, firstClause = maxClause) {
    this.#maxClause = maxClause;
    this.#firstClause = firstClause;
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
    let count = this.#given;
    return folded.split(SENTENCE_END)
      .flatMap((sentence, i) => (i === 0 && this.#given === 0 ? splitAtComma(sentence) : [sentence]))
      .flatMap((clause) => cutLong(clause, () => this.#limit(count++)));
  }

  #limit(clause: number): number {
    return Math.min(this.#maxClause, Math.round(this.#firstClause * GROWTH ** clause));
  }

  #give(pieces: readonly string[]): string[] {
    const clauses = pieces.map((piece) => piece.trim()).filter(Boolean);
    this.#given += clauses.length;
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

/** Cut at the last comma in its second half, else before the last phrase there, else at the last space. `next`: the limit of each part. */
function cutLong(clause: string, next: () => number): string[] {
  const parts: string[] = [];
  let rest = clause;
  for (let most = next(); rest.length > most; most = next()) {
    const at = placeToCut(rest, most);
    parts.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...parts, rest];
}

function placeToCut(text: string, most: number): number {
  const head = text.slice(0, most);
  const comma = Math.max(head.lastIndexOf(', '), head.lastIndexOf('; '), head.lastIndexOf(': ')) + 1;
  if (comma > most / 2) return comma;
  const phrase = [...head.matchAll(PHRASE)].at(-1)?.index ?? 0;
  if (phrase > most / 2) return phrase;
  const space = text.lastIndexOf(' ', most);
  return space > 0 ? space : most;
}
