import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClauseCutter, splitClauses } from './clauses.js';
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

describe('ClauseCutter', () => {
  it('keeps every word, however the text is cut up on its way', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-zA-Z,.;!?"']{1,12}$/), { maxLength: 60 }), fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (words, sizes) => {
        const text = words.join(' ');
        const cutter = new ClauseCutter(100, 40);
        const clauses: string[] = [];
        for (let at = 0, i = 0; at < text.length; at += sizes[i++ % sizes.length]!) clauses.push(...cutter.push(text.slice(at, at + sizes[i % sizes.length]!)));
        expect([...clauses, ...cutter.flush()].join(' ')).toBe(text);
      }),
    );
  });

  it('gives a clause as soon as it is complete, and the first at its comma', () => {
    const cutter = new ClauseCutter();
    expect(cutter.push('When I was young and easy,')).toEqual([]);
    expect(cutter.push(' under')).toEqual(['When I was young and easy,']);
    expect(cutter.push(' the apple boughs, all was well.')).toEqual([]);
    expect(cutter.push(' Then')).toEqual(['under the apple boughs, all was well.']);
    expect(cutter.flush()).toEqual(['Then']);
  });

  it('cuts what is too long at a comma where one is near', () => {
    const cutter = new ClauseCutter(40);
    expect([...cutter.push('One two three four five six, seven eight nine ten eleven twelve'), ...cutter.flush()]).toEqual(['One two three four five six,', 'seven eight nine ten eleven twelve']);
  });
});

describe('a first clause that is to be short', () => {
  const TEXT = 'The face is drawn by the browser of whoever looks at it so that nothing but sound and a little motion has to cross the network between the two of them. That is all.';

  it('ends before a phrase, and those after it grow', () => {
    const cutter = new ClauseCutter(100, 40);
    const clauses = [...cutter.push(TEXT), ...cutter.flush()];
    expect(clauses).toEqual([
      'The face is drawn by the browser', 'of whoever looks at it so that nothing but sound', 'and a little motion has to cross the network between the two of them.', 'That is all.',
    ]);
  });

  it('is given while the rest is still being written, the same however that comes', () => {
    const cutter = new ClauseCutter(100, 40);
    expect(cutter.push(TEXT.slice(0, 40))).toEqual([]);
    expect(cutter.push(TEXT.slice(40, 42))).toEqual(['The face is drawn by the browser']);
    const whole = new ClauseCutter(100, 40);
    const bit = new ClauseCutter(100, 40);
    const clauses = [...TEXT].flatMap((letter) => bit.push(letter));
    expect([...clauses, ...bit.flush()]).toEqual([...whole.push(TEXT), ...whole.flush()]);
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
