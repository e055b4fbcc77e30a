import { describe, expect, it } from 'vitest';
import { asksForFloor, completeness } from './phrases.js';

describe('what a listener says', () => {
  it.each(['', 'Uh-huh.', 'Mm-hmm', 'Right.', 'Yeah, right.', 'Oh, I see.', 'Okay okay', 'You', 'you.', 'Hmm...', 'Oh wow, really?', 'All right.'])('%j is no wish to speak', (text) => {
    expect(asksForFloor(text)).toBe(false);
  });
  it.each(['Stop', 'Wait a moment', 'No', 'Right, but what about the price?', 'Yeah, and how much is it?', 'Hold on', 'What?', 'Okay, next one please'])('%j is', (text) => {
    expect(asksForFloor(text)).toBe(true);
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
