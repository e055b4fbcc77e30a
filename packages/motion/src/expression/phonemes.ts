/** What the lips must do for a sound. `other`: stay apart. */
export type LipDuty = 'lips' | 'teeth' | 'silence' | 'other';

const ARPABET: Readonly<Record<LipDuty, readonly string[]>> = {
  lips: ['B', 'EM', 'M', 'P'],
  teeth: ['F', 'V'],
  silence: ['BRTH', 'H#', 'PAU', 'SIL', 'SP', 'SPN', 'SSIL'],
  other: [
    'AA', 'AE', 'AH', 'AO', 'AW', 'AX', 'AXR', 'AY', 'CH', 'D', 'DH', 'DX', 'EH', 'EL', 'EN', 'ENG', 'ER', 'EY', 'G', 'HH', 'HV', 'IH', 'IX', 'IY',
    'JH', 'K', 'L', 'N', 'NG', 'NX', 'OW', 'OY', 'Q', 'R', 'S', 'SH', 'T', 'TH', 'UH', 'UW', 'UX', 'W', 'WH', 'Y', 'Z', 'ZH',
  ],
};
/** Single symbols of IPA, and the marks by which speech synthesisers write a pause. Bilabial fricatives do not close. */
const IPA: Readonly<Record<LipDuty, string>> = {
  lips: 'pbmɓʙ',
  teeth: 'fvɱⱱ',
  silence: '_,.;:!?…—',
  other: 'acdeghijklnoqrstuwxyzæçðøħŋœɐɑɒɔɕɖɗɘəɚɛɜɝɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʝʟʡʢʣʤʥʦʧʨβθχᵊᵻ',
};

const BY_NAME = new Map(Object.entries(ARPABET).flatMap(([duty, names]) => names.map((name) => [name, duty as LipDuty])));
const BY_SYMBOL = new Map(Object.entries(IPA).flatMap(([duty, symbols]) => Array.from(symbols, (symbol) => [symbol, duty as LipDuty])));

/**
 * What the lips do for a phoneme, one duty for each sound that shares its time: an affricate has two. ARPAbet with or
 * without a stress digit, in capitals or, where it has two letters or more, small; otherwise IPA, whose stress, length and
 * tone marks are no sounds. Empty for what is neither.
 */
export function lipDuties(phoneme: string): LipDuty[] {
  const bare = phoneme.trim().replace(/[0-2]$/, '');
  const name = bare.length > 1 || /[A-Z]/.test(bare) ? BY_NAME.get(bare.toUpperCase()) : undefined;
  if (name) return [name];
  return Array.from(bare.normalize('NFD')).flatMap((symbol) => BY_SYMBOL.get(symbol) ?? []);
}

/** Letters of the Latin, Cyrillic and Greek alphabets that mostly stand for such sounds. */
const LETTERS: Readonly<Partial<Record<string, LipDuty>>> = Object.fromEntries([
  ...Array.from('bmpбмпμπ', (letter) => [letter, 'lips']), ...Array.from('fvфвφ', (letter) => [letter, 'teeth']),
]);

/** Where in a word, 0..1 of its time, its spelling lets one expect the lips to meet each other or the teeth. */
export function spelledContacts(word: string): { readonly duty: LipDuty; readonly at: number }[] {
  const letters = Array.from(word.toLowerCase().replace(/ph/g, 'ff').replace(/[^\p{L}]/gu, ''));
  return letters.flatMap((letter, i) => {
    const duty = LETTERS[letter];
    return duty ? [{ duty, at: (i + 0.5) / letters.length }] : [];
  });
}
