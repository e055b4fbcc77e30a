/** What is said while the other one speaks, and means: go on. */
const BACKCHANNELS = new Set([
  'ah', 'aha', 'ahh', 'all right', 'alright', 'cool', 'exactly', 'gotcha', 'got it', 'good', 'great', 'hm', 'hmm', 'huh', 'i see', 'indeed',
  'interesting', 'mhm', 'mm', 'mmhm', 'mm hm', 'mm hmm', 'mmm', 'nice', 'of course', 'oh', 'oh okay', 'oh ok', 'oh wow', 'ok', 'okay',
  'ooh', 'really', 'right', 'sure', 'true', 'uh', 'uh huh', 'uhhuh', 'uh-huh', 'um', 'wow', 'yeah', 'yea', 'yep', 'yes', 'yup',
]);
/** What recognisers make of breath, coughs and noise. */
const NOTHING = new Set(['you', 'the', 'a', 'i', 'and', 'so', 'bye', 'thank you', 'thanks for watching']);
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

/** Whether a text asks for the floor: it holds more than sounds of listening. */
export function asksForFloor(text: string): boolean {
  const said = wordsOf(text).join(' ');
  if (said === '' || NOTHING.has(said)) return false;
  return !isBackchannel(said);
}

/** "uh-huh", "yeah, right": one sound of listening or several. */
function isBackchannel(said: string): boolean {
  if (BACKCHANNELS.has(said)) return true;
  const words = said.split(' ');
  for (let length = Math.min(2, words.length - 1); length > 0; length--) {
    if (BACKCHANNELS.has(words.slice(0, length).join(' '))) return isBackchannel(words.slice(length).join(' '));
  }
  return false;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}
