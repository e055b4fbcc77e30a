import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Captions, wordAt, type ActiveCaption, type Caption } from './captions.js';

const words = ['We', 'meet', 'again'].map((text, i) => ({ text, startMs: i * 200 + 50, endMs: i * 200 + 200 }));
const caption: Caption = { role: 'avatar', conversationId: 'a', text: 'We meet again', words, final: true };

describe('captions', () => {
  it('tell each word once, as it is heard', () => {
    const told: ActiveCaption[] = [];
    const captions = new Captions((each) => told.push(each));
    captions.add(caption);
    for (let heardMs = 0; heardMs < 800; heardMs += 20) captions.follow('a', heardMs);
    expect(told.map(({ activeIndex }) => activeIndex)).toEqual([-1, 0, 1, 2]);
  });

  it('tell a longer text of the same utterance, and the user’s at once', () => {
    const told: string[] = [];
    const captions = new Captions(({ role, text, activeIndex }) => told.push(`${role}:${text}:${activeIndex}`));
    captions.add({ ...caption, text: 'We', words: words.slice(0, 1), final: false });
    captions.follow('a', 100);
    captions.add(caption);
    captions.follow('a', 110);
    captions.add({ role: 'user', conversationId: undefined, text: 'Hello', words: [], final: true });
    captions.follow('b', 500);
    captions.forget('a');
    captions.follow('a', 300);
    expect(told).toEqual(['avatar:We:0', 'avatar:We meet again:0', 'user:Hello:-1']);
  });

  it('name no word where words have no times', () => {
    expect(wordAt(words.map(({ text }) => ({ text, startMs: 0, endMs: 0 })), 100)).toBe(-1);
  });

  it('find the word from any hint', () => {
    fc.assert(fc.property(fc.integer({ min: -1, max: 9 }), fc.integer({ min: 0, max: 900 }), (hint, timeMs) => {
      expect(wordAt(words, timeMs, hint)).toBe(words.findLastIndex(({ startMs }) => startMs <= timeMs));
    }));
  });
});
