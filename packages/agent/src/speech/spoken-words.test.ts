import { describe, expect, it } from 'vitest';
import { SpokenWords } from './spoken-words.js';

describe('spoken words', () => {
  it('are heard by the times the voice tells', () => {
    const words = new SpokenWords();
    words.addText('One two three');
    words.tell([{ text: 'One', startMs: 0, endMs: 200 }, { text: 'two', startMs: 200, endMs: 400 }]);
    words.tell([{ text: 'three.', startMs: 400, endMs: 700 }]);
    expect(words.heardBy(0, 700)).toBe('');
    expect(words.heardBy(310, 700)).toBe('One two');
    expect(words.heardBy(700, 700)).toBe('One two three.');
  });

  it('are spread over the audio where the voice tells none, once it is whole', () => {
    const words = new SpokenWords();
    words.addText('aaaa bbbb ');
    words.addText('cccc dddd');
    words.complete();
    expect(words.within(2_000).map(({ startMs }) => startMs)).toEqual([0, 500, 1_000, 1_500]);
    expect(words.heardBy(1_300, 2_000)).toBe('aaaa bbbb cccc');
  });

  it('are taken to be spoken at a usual pace before that, and never beyond the audio', () => {
    const words = new SpokenWords();
    words.addText('aaaa bbbb cccc dddd');
    expect(words.within(500).map(({ text, endMs }) => [text, endMs])).toEqual([['aaaa', 333], ['bbbb', 667]]);
    expect(words.within(0)).toEqual([]);
  });
});
