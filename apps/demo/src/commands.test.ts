import { expect, it } from 'vitest';
import { commandOf } from './commands.js';

it.each([
  ['  What is it? ', { kind: 'ask', text: 'What is it?' }],
  ['/say Good\nmorning. ', { kind: 'say', text: 'Good\nmorning.' }],
  ['/sample', { kind: 'sample' }],
  ['/greet', { kind: 'greet' }],
  ['/clip abc-1', { kind: 'clip', id: 'abc-1' }],
  ['/say', { kind: 'ask', text: '/say' }],
  ['/saying', { kind: 'ask', text: '/saying' }],
  [`/clip ${'x'.repeat(65)}`, { kind: 'ask', text: `/clip ${'x'.repeat(65)}` }],
  ['/sample please', { kind: 'ask', text: '/sample please' }],
])('%j', (text, command) => expect(commandOf(text)).toEqual(command));
