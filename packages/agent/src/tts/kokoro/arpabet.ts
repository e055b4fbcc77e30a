/** flite's phones in the letters of Kokoro's alphabet (misaki's, which are IPA but for the diphthongs A I O W Y). */
const LETTERS: Readonly<Record<string, string>> = {
  aa: 'ɑ', ae: 'æ', ah: 'ʌ', ax: 'ə', ao: 'ɔ', aw: 'W', ay: 'I', b: 'b', ch: 'ʧ', d: 'd', dh: 'ð', eh: 'ɛ', er: 'əɹ', ey: 'A', f: 'f',
  g: 'ɡ', hh: 'h', ih: 'ɪ', iy: 'i', jh: 'ʤ', k: 'k', l: 'l', m: 'm', n: 'n', ng: 'ŋ', ow: 'O', oy: 'Y', p: 'p', r: 'ɹ', s: 's',
  sh: 'ʃ', t: 't', th: 'θ', uh: 'ʊ', uw: 'u', v: 'v', w: 'w', y: 'j', z: 'z', zh: 'ʒ',
};

/** Vowels that can carry a word's stress. flite prints none; the first of these has it in most English words. */
const FULL_VOWELS = new Set(['aa', 'ae', 'ah', 'ao', 'aw', 'ay', 'eh', 'er', 'ey', 'ih', 'iy', 'ow', 'oy', 'uh', 'uw']);

/** A word's phones as Kokoro reads them, stressed on the first full vowel. What is no phone is left out. */
export function fromArpabet(phones: readonly string[]): string {
  const stressed = phones.findIndex((phone) => FULL_VOWELS.has(phone));
  return phones.map((phone, i) => {
    const letters = LETTERS[phone] ?? '';
    if (i !== stressed) return letters;
    return `ˈ${phone === 'er' ? 'ɜɹ' : letters}`;
  }).join('');
}

/** Kokoro's letters that are no IPA, as IPA. */
const AS_IPA: Readonly<Record<string, string>> = { A: 'eɪ', I: 'aɪ', O: 'oʊ', Q: 'əʊ', W: 'aʊ', Y: 'ɔɪ', T: 'ɾ', 'ᵊ': 'ə', 'ᵻ': 'ɪ', 'ʤ': 'dʒ', 'ʧ': 'tʃ' };

export function toIpa(letter: string): string {
  return AS_IPA[letter] ?? letter;
}
