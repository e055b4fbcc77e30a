import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TagFilter, withoutTags } from './tags.js';

describe('tags', () => {
  it('names emotions and leaves out every stage direction', () => {
    const emotions: string[] = [];
    expect(withoutTags('[happy] Hello! [laughs] How are you [Sad]today?', (emotion) => emotions.push(emotion))).toBe('Hello! How are you today?');
    expect(emotions).toEqual(['happy', 'sad']);
  });

  it.each(['see [the docs](https://example.org)', 'a[0] and [1]', 'an open [bracket, and so on', '[this is far too long for a stage direction of any kind]'])('keeps %j', (text) => {
    expect(withoutTags(text)).toBe(text);
  });

  it('comes to the same however the text is cut', () => {
    const piece = fc.constantFrom('[happy]', '[', ']', ' ', 'word', '[calm', '](x)', '[a b]', '1');
    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(5), { minLength: 1, maxLength: 60 }), (pieces, cuts) => {
      const text = pieces.join('');
      const filter = new TagFilter(() => undefined);
      let out = '';
      for (let at = 0, n = 0; at < text.length; n++) {
        const length = cuts[n % cuts.length]! + 1;
        out += filter.push(text.slice(at, at + length));
        at += length;
      }
      expect(out + filter.end()).toBe(withoutTags(text));
    }));
  });
});
