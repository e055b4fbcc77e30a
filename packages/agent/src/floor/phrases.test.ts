import { describe, expect, it } from 'vitest';
import { completeness, continues, saysMuch, wishOf } from './phrases.js';

describe('what a text says of the floor', () => {
  it.each(['', 'Uh-huh.', 'Mm-hmm', 'Right.', 'Yeah, right.', 'Oh, I see.', 'Okay okay', 'You', 'you.', 'Hmm...', 'Oh wow, really?', 'All right.', 'Yeah, the'])('%j: nothing', (text) => {
    expect(wishOf(text, true)).toBe('none');
  });
  it.each(['Stop', 'Wait a moment', 'No', 'Right, what about the price?', 'Yeah, how much is it?', 'Hold on', 'What?', 'Okay, please stop'])('%j: it is wanted', (text) => {
    expect(wishOf(text, true)).toBe('call');
  });
  it.each(['Ray.', 'Yeah, Jen.', "That's high", 'Okay, next one', '等一下'])('%j: words, right or misheard', (text) => {
    expect(wishOf(text, true)).toBe('words');
  });
  it.each([['Why', 'none'], ['Right, what', 'none'], ['He was', 'words'], ['Stop it', 'call']])('%j: the last word of what still goes on counts for nothing: %s', (text, expected) => {
    expect(wishOf(text, false)).toBe(expected);
  });
});

describe('how complete a text is', () => {
  it.each([
    ['What is the time?', 'finished'], ['Tell me more!', 'finished'], ['好吗？', 'finished'], ['Tell me more.', 'open'], ['be brutally.', 'open'],
    ['tell me more', 'open'], ['', 'open'],
    ['I would like to', 'unfinished'], ['I would like to order a.', 'unfinished'], ['Well,', 'unfinished'], ['I was thinking...', 'unfinished'], ['because um', 'unfinished'],
  ])('%j: %s', (text, expected) => {
    expect(completeness(text)).toBe(expected);
  });
});

describe('whether a text says much', () => {
  it.each([['', false], ["That's hard.", false], ['Can I bring?', true], ['等一下再说', true]])('%j: %s', (text, expected) => {
    expect(saysMuch(text)).toBe(expected);
  });
});

describe('whether a text goes on from the one before', () => {
  it.each([
    ['', 'Anything', true], ['He', 'He was', true], ['Right', 'Rider', false], ['And Mr', 'And Mr John', true], ['He might', 'It might even', true], ['He might', 'He may', false],
    ['And what about it', 'And what are the', true], ['And Mr. St.', 'And Mr.', true], ["That's how it", "That's high", false], ['Thou care thou', 'The case', false], ['He was not', '', false],
  ])('%j, then %j: %s', (before, text, expected) => {
    expect(continues(before, text)).toBe(expected);
  });
});
