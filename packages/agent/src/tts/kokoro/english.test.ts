import { describe, expect, it } from 'vitest';
import { English, type Speller } from './english.js';
import { Lexicon } from './lexicon.js';

const lexicon = new Lexicon(
  { hello: 'həlˈO', walk: 'wˈɔk', cat: 'kˈæt', dog: 'dˈɔɡ', bus: 'bˈʌs', need: 'nˈid', bake: 'bˈAk', read: { DEFAULT: 'ɹˈid', VBD: 'ɹˈɛd' }, to: 'tu', A: 'ˈA', B: 'bˈi', apple: 'ˈæpᵊl', end: 'ˈɛnd', doctor: 'dˈɑktəɹ', three: 'θɹˈi', go: 'ɡˈO' },
  { hello: 'wrong', zebra: 'zˈibɹə', carry: 'kˈæɹi', stop: 'stˈɑp' },
);
const asked: string[] = [];
const speller: Speller = {
  wordsOf: (text) => Promise.resolve(text === '3' ? ['three'] : [text, '/']),
  phonesOf: (word) => {
    asked.push(word);
    return Promise.resolve(['v', 'ih', 's', 'er']);
  },
};
const english = new English(lexicon, speller);
const soundsOf = async (text: string): Promise<string> => (await english.read(text)).map(({ sounds }) => sounds).join(' ');

describe('English for Kokoro', () => {
  it('takes the first list that knows a word, whatever its capitals', async () => {
    expect(await soundsOf('Hello zebra')).toBe('həlˈO zˈibɹə');
    expect(await soundsOf('read')).toBe('ɹˈid');
  });

  it.each([
    ['cats', 'kˈæts'], ['dogs', 'dˈɔɡz'], ['buses', 'bˈʌsᵻz'], ["cat's", 'kˈæts'], ['walked', 'wˈɔkt'], ['needed', 'nˈidᵻd'], ['baked', 'bˈAkt'],
    ['baking', 'bˈAkɪŋ'], ['carried', 'kˈæɹid'], ['stopping', 'stˈɑpɪŋ'], ['carries', 'kˈæɹiz'],
  ])('makes %s of its stem', async (word, sounds) => {
    expect(await soundsOf(word)).toBe(sounds);
  });

  it('says the and to by what follows, and a weakly', async () => {
    expect(await soundsOf('the cat the apple')).toBe('ðə kˈæt ði ˈæpᵊl');
    expect(await soundsOf('to walk to end')).toBe('tə wˈɔk tʊ ˈɛnd');
    expect(await soundsOf('go to.')).toBe('ɡˈO tu.');
    expect(await soundsOf('a cat')).toBe('ɐ kˈæt');
  });

  it('keeps punctuation with the word before it, and the words as they were written', async () => {
    const read = await english.read('"Hello, (cat)!" 3 — Dr. dog');
    expect(read.map(({ text }) => text)).toEqual(['"Hello,', '(cat)!"', '3', '—', 'Dr.', 'dog']);
    expect(read.map(({ sounds }) => sounds)).toEqual(['həlˈO,', 'kˈæt!', 'θɹˈi', '', 'dˈɑktəɹ', 'dˈɔɡ']);
  });

  it('reads short capitals letter by letter, and what nobody knows by its letters', async () => {
    expect(await soundsOf('AB')).toBe('ˈA bˈi');
    asked.length = 0;
    expect(await soundsOf('Visavis')).toBe('vˈɪsəɹ');
    expect(asked).toEqual(['Visavis']);
  });

  it('says nothing for emoji and empty text', async () => {
    expect(await english.read('  ')).toEqual([]);
    expect(await soundsOf('🙂 …')).toBe(' ');
  });
});
