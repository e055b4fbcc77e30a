import { fromArpabet } from './arpabet.js';
import type { Lexicon } from './lexicon.js';

/** A written word and what is said for it. */
export interface SpokenWord {
  readonly text: string;
  /** Kokoro's letters, the punctuation after the word with them; empty where nothing is said. */
  readonly sounds: string;
}

/** Reads out what no word list has: numbers, signs and names. */
export interface Speller {
  /** The words for a number or sign: `$3.50` as three dollars fifty cents. */
  wordsOf(text: string): Promise<readonly string[]>;
  /** ARPAbet phones of one word. */
  phonesOf(word: string): Promise<readonly string[]>;
}

const PUNCTUATION = /[;:,.!?—…]/gu;
const PLAIN_WORD = /^\p{L}[\p{L}'’]*$/u;
const LETTERS_ALONE = /^[A-Z]{2,5}$/;
const VOWEL = /^[ˈˌ]?[aɑæɐəɛɜiɪoɔuʊʌAIOQWY]/;
/** Abbreviations whose point ends no sentence. */
const ABBREVIATIONS: Readonly<Record<string, string>> = { 'Dr.': 'doctor', 'Mr.': 'mister', 'Mrs.': 'missus', 'Ms.': 'miz', 'St.': 'saint', 'vs.': 'versus', 'etc.': 'et cetera', 'e.g.': 'for example', 'i.e.': 'that is' };

/** English text to Kokoro's letters, word by word: word lists first, rules and flite's letter-to-sound for the rest. */
export class English {
  readonly #lexicon: Lexicon;
  readonly #speller: Speller;

  constructor(lexicon: Lexicon, speller: Speller) {
    this.#lexicon = lexicon;
    this.#speller = speller;
  }

  async read(text: string): Promise<SpokenWord[]> {
    const written = text.split(/\s+/).filter(Boolean);
    const said: { text: string; words: string[]; after: string }[] = [];
    for (const each of written) said.push({ text: each, ...await this.#wordsOf(each) });
    const read: SpokenWord[] = [];
    // From the end: "the" and "to" depend on the sound that follows.
    let next = '';
    for (const { text: word, words, after } of said.reverse()) {
      const sounds: string[] = [];
      for (const one of [...words].reverse()) {
        const follows = after && sounds.length === 0 ? '' : next;
        const found = (words.length === 1 ? weak(one, follows) : undefined) ?? await this.#soundsOf(one);
        sounds.unshift(found);
        next = found || next;
      }
      read.unshift({ text: word, sounds: sounds.filter(Boolean).join(' ') + after });
    }
    return read;
  }

  /** What is said for one run of characters without spaces, and the punctuation that follows. */
  async #wordsOf(written: string): Promise<{ words: string[]; after: string }> {
    const short = Object.hasOwn(ABBREVIATIONS, written) ? ABBREVIATIONS[written] : undefined;
    if (short !== undefined) return { words: short.split(' '), after: '' };
    const core = written.replace(/^[^\p{L}\p{N}$£€#&+@%]+|[^\p{L}\p{N}%&+@]+$/gu, '');
    const after = (written.slice(written.lastIndexOf(core) + core.length).match(PUNCTUATION) ?? []).join('').slice(0, 1);
    if (core === '') return { words: [], after };
    const parts = core.split(/[-–—/]/).filter(Boolean);
    if (parts.every((part) => PLAIN_WORD.test(part))) return { words: parts.flatMap((part) => this.#lettersOf(part)), after };
    return { words: (await this.#speller.wordsOf(core)).filter((word) => /[a-z]/i.test(word)), after };
  }

  /** "API" is read letter by letter, unless it is a word that somebody shouts. */
  #lettersOf(word: string): string[] {
    return LETTERS_ALONE.test(word) && this.#lexicon.soundsOf(word.toLowerCase()) === undefined ? [...word] : [word];
  }

  async #soundsOf(word: string): Promise<string> {
    return this.#lexicon.soundsOf(word.replaceAll('’', "'")) ?? fromArpabet(await this.#speller.phonesOf(word));
  }
}

/** Words that are said weakly, by the sound that follows; at the end of a clause they keep their full form. */
function weak(word: string, next: string): string | undefined {
  const beforeVowel = VOWEL.test(next);
  switch (word) {
    case 'the': case 'The': return beforeVowel ? 'ði' : 'ðə';
    case 'a': case 'A': return next === '' ? undefined : 'ɐ';
    case 'an': case 'An': return 'ɐn';
    case 'to': case 'To': return next === '' ? 'tu' : beforeVowel ? 'tʊ' : 'tə';
    default: return undefined;
  }
}
