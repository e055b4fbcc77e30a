const SEGMENTER = new Intl.Segmenter('en', { granularity: 'word' });
/** So many words of a text are its beginning. */
const BEGINNING = 2;
/** So many words are more than a sound is taken for. */
const MUCH = 3;
/** What is said while the other one speaks, and means: go on. */
const LISTENING = new Set([
  'ah', 'aha', 'ahh', 'all right', 'alright', 'cool', 'exactly', 'gotcha', 'got it', 'good', 'great', 'hm', 'hmm', 'huh', 'i see', 'indeed',
  'interesting', 'mhm', 'mm', 'mmhm', 'mm hm', 'mm hmm', 'mmm', 'nice', 'of course', 'oh', 'oh okay', 'oh ok', 'oh wow', 'ok', 'okay',
  'ooh', 'really', 'right', 'sure', 'true', 'uh', 'uh huh', 'uhhuh', 'uh-huh', 'um', 'wow', 'yeah', 'yea', 'yep', 'yes', 'yup',
]);
/** What recognisers make of breath, coughs and noise. */
const NOTHING = new Set(['you', 'the', 'a', 'i', 'and', 'so', 'bye', 'thank you', 'thanks for watching']);
/** Whoever says one of these wants to be heard, short as it may be. */
const CALLS = new Set([
  'actually', 'enough', 'excuse', 'halt', 'hello', 'hey', 'hold', 'how', 'listen', 'no', 'nope', 'pardon', 'pause', 'please', 'quiet', 'shush', 'silence', 'sorry', 'stop', 'wait',
  'what', 'when', 'where', 'who', 'why',
]);
/** A sentence does not end with one of these, whatever the recogniser puts after it. */
const GOES_ON = new Set([
  'a', 'about', 'an', 'and', 'are', 'as', 'at', 'because', 'but', 'by', 'can', 'could', 'do', 'does', 'er', 'erm', 'for', 'from', 'has', 'have',
  'how', 'if', 'in', 'into', 'is', 'like', 'may', 'my', 'of', 'on', 'or', 'our', 'should', 'so', 'than', 'that', 'the', 'their', 'then',
  'these', 'this', 'to', 'uh', 'um', 'was', 'were', 'what', 'when', 'where', 'which', 'while', 'who', 'why', 'will', 'with', 'would', 'your',
]);

/** How far a person seems to be: through with what they say, in the middle of it, or somewhere between. */
export type Completeness = 'finished' | 'open' | 'unfinished';

/**
 * How complete what a user has said so far is, by its wording. A full stop says nothing: recognisers put one behind
 * whatever they have heard.
 */
export function completeness(text: string): Completeness {
  const words = wordsOf(text);
  const last = words.at(-1);
  if (last === undefined) return 'open';
  if (/(\.\.\.|[…,;:—-])$/u.test(text.trim()) || GOES_ON.has(last)) return 'unfinished';
  return /[!?！？]["')\]]*$/u.test(text.trim()) ? 'finished' : 'open';
}

/** What a text says of the floor: nothing (sounds of listening), something (words, right or misheard), or that it is wanted. */
export type Wish = 'none' | 'words' | 'call';

/** `isWhole`: nothing more of it comes. Else its last word may be the half of one, and counts for nothing. */
export function wishOf(text: string, isWhole: boolean): Wish {
  const words = wordsOf(text);
  const rest = withoutListening(isWhole ? words : words.slice(0, -1));
  if (rest.length === 0 || NOTHING.has(rest.join(' '))) return 'none';
  return CALLS.has(rest[0]!) ? 'call' : 'words';
}

/** Whether it has three words: sounds of listening are taken for one or two, or for more that the recogniser doubts. */
export function saysMuch(text: string): boolean {
  return wordsOf(text).length >= MUCH;
}

/**
 * Whether the word that a text ended with, or its first two, stand where they stood: so it is with words that are understood,
 * seldom with what is made of a sound.
 */
export function continues(before: string, text: string): boolean {
  const [words, now] = [wordsOf(before), wordsOf(text)];
  const hasBegunAlike = words.length > BEGINNING && words.slice(0, BEGINNING).every((word, i) => now[i] === word);
  return words.length === 0 || hasBegunAlike || now[words.length - 1] === words.at(-1);
}

/** "yeah, right, but why": what comes after the sounds of listening that it begins with. */
function withoutListening(words: readonly string[]): readonly string[] {
  for (const length of [1, 2]) {
    if (words.length >= length && LISTENING.has(words.slice(0, length).join(' '))) return withoutListening(words.slice(length));
  }
  return words;
}

/** Of languages that write no spaces too. */
function wordsOf(text: string): string[] {
  return [...SEGMENTER.segment(text.toLowerCase())].flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : []));
}
