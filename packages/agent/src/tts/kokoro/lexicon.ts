/** Misaki's English word lists (Apache-2.0): a word's sounds, or its sounds by part of speech. */
export type Entries = Readonly<Record<string, string | Readonly<Record<string, string | null>> | null>>;

const VOICELESS = /[ptkfθ]$/;
const SIBILANT = /[szʃʒʧʤ]$/;

/** Looks words up, inflected ones by their stem. The sounds of endings are English's rules of voicing. */
export class Lexicon {
  readonly #lists: readonly Entries[];

  /** Earlier lists win. */
  constructor(...lists: readonly Entries[]) {
    this.#lists = lists;
  }

  /** A word's sounds, or undefined where the lists do not know it. */
  soundsOf(word: string): string | undefined {
    for (const spelled of new Set([word, word.toLowerCase()])) {
      const sounds = this.#exact(spelled) ?? this.#inflected(spelled);
      if (sounds !== undefined) return sounds;
    }
    return undefined;
  }

  #exact(word: string): string | undefined {
    for (const list of this.#lists) {
      const entry = Object.hasOwn(list, word) ? list[word] : undefined;
      const sounds = typeof entry === 'object' ? entry?.['DEFAULT'] : entry;
      if (sounds) return sounds;
    }
    return undefined;
  }

  #inflected(word: string): string | undefined {
    for (const { ending, add } of ENDINGS) {
      const stem = ending.exec(word)?.[1];
      if (stem === undefined || stem.length < 2) continue;
      const sounds = this.#exact(stem) ?? this.#exact(`${stem}e`) ?? this.#exact(stem.replace(/i$/, 'y')) ?? this.#exact(stem.replace(/(.)\1$/, '$1'));
      if (sounds !== undefined) return add(sounds);
    }
    return undefined;
  }
}

const ENDINGS: readonly { ending: RegExp; add(stem: string): string }[] = [
  { ending: /^(.+)['’]s$/, add: plural },
  { ending: /^(.+)s['’]$/, add: plural },
  { ending: /^(.+)ing$/, add: (stem) => `${stem}ɪŋ` },
  { ending: /^(.+)ed$/, add: past },
  { ending: /^(.+)es$/, add: plural },
  { ending: /^(.+[^s])s$/, add: plural },
];

function plural(stem: string): string {
  if (SIBILANT.test(stem)) return `${stem}ᵻz`;
  return VOICELESS.test(stem) ? `${stem}s` : `${stem}z`;
}

function past(stem: string): string {
  if (/[td]$/.test(stem)) return `${stem}ᵻd`;
  return VOICELESS.test(stem) || /[sʃʧ]$/.test(stem) ? `${stem}t` : `${stem}d`;
}
