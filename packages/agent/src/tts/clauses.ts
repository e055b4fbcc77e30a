/** Longest clause in characters; a longer run of words is cut at a space, so that no text waits long for its first sound. */
const MAX_CLAUSE = 160;
/** A comma ends the first clause only from here on: "Well, ..." alone would sound chopped. */
const MIN_FIRST_CLAUSE = 24;

/**
 * Splits text into clauses to synthesise one by one: sentences, the first of them also at its comma, so that the
 * first sound comes soon. Joined with spaces they give the text back, white space folded.
 */
export function splitClauses(text: string): string[] {
  const folded = text.replace(/\s+/g, ' ').trim();
  if (!folded) return [];
  const [first = '', ...rest] = folded.split(/(?<=[.!?…。！？]["')\]]*) /u);
  return [...splitAtComma(first), ...rest].flatMap(cutLong);
}

function splitAtComma(sentence: string): string[] {
  const comma = sentence.slice(MIN_FIRST_CLAUSE).search(/[,;:] /);
  if (comma < 0) return [sentence];
  const at = MIN_FIRST_CLAUSE + comma + 1;
  return [sentence.slice(0, at), sentence.slice(at + 1)];
}

function cutLong(clause: string): string[] {
  const parts: string[] = [];
  let rest = clause;
  while (rest.length > MAX_CLAUSE) {
    const space = rest.lastIndexOf(' ', MAX_CLAUSE);
    const at = space > 0 ? space : MAX_CLAUSE;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  if (rest) parts.push(rest);
  return parts;
}
