import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitClauses } from './clauses.js';
import { estimateWords } from './words.js';

describe('splitClauses', () => {
  it.each([
    ['Hello. How are you?', ['Hello.', 'How are you?']],
    ['Well, yes.', ['Well, yes.']],
    ['When I was young and easy, under the apple boughs, all was well. Then, not.', [
      'When I was young and easy,', 'under the apple boughs, all was well.', 'Then, not.',
    ]],
    ['He said "no." She left.', ['He said "no."', 'She left.']],
    ['  \n ', []],
  ])('%j', (text, clauses) => {
    expect(splitClauses(text)).toEqual(clauses);
  });

  it('keeps every word of any text, in clauses of at most 160 characters', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-zA-Z,.;!?"']{1,12}$/), { maxLength: 80 }), (words) => {
        const clauses = splitClauses(words.join(' '));
        expect(clauses.join(' ')).toBe(words.join(' '));
        expect(clauses.every((clause) => clause.length > 0 && clause.length <= 160)).toBe(true);
      }),
    );
  });

  it('cuts a word longer than a clause', () => {
    expect(splitClauses('a'.repeat(400)).map(({ length }) => length)).toEqual([160, 160, 80]);
  });
});

describe('estimateWords', () => {
  it('shares the sounding part out by letters, in order', () => {
    const samples = new Int16Array(16_000);
    samples.fill(5_000, 1_600, 14_400);
    const words = estimateWords('a bcd.', { samples, sampleRate: 16_000 });
    expect(words.map(({ text }) => text)).toEqual(['a', 'bcd.']);
    expect(words[0]!.startMs).toBe(100);
    expect(words[1]!.endMs).toBe(900);
    expect(words[0]!.endMs).toBe(words[1]!.startMs);
    expect(words[0]!.endMs).toBe(Math.round(100 + 800 / 3));
  });

  it('gives finite times for silence and for no text', () => {
    expect(estimateWords('hm', { samples: new Int16Array(160), sampleRate: 16_000 })).toEqual([{ text: 'hm', startMs: 0, endMs: 10 }]);
    expect(estimateWords('', { samples: new Int16Array(0), sampleRate: 16_000 })).toEqual([]);
  });
});
