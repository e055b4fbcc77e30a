import { describe, expect, it } from 'vitest';
import { Transcript, type Line } from './transcript.js';

function shown(): { transcript: Transcript; lines: Map<number, Line>; texts: () => string[] } {
  const lines = new Map<number, Line>();
  const transcript = new Transcript({ show: (line) => lines.set(line.id, line), drop: (id) => lines.delete(id) });
  return { transcript, lines, texts: () => [...lines.values()].map(({ role, text, state }) => `${role} ${state}: ${text}`) };
}

const words = ['One', 'two', 'three.'].map((text, i) => ({ text, startMs: i * 500, endMs: i * 500 + 400 }));
const answer = { role: 'avatar', conversationId: 'a', text: 'One two three.', words, final: true } as const;
const ask = (text: string, final: boolean): Parameters<Transcript['hear']>[0] => ({ role: 'user', conversationId: undefined, text, words: [], final });

describe('the transcript', () => {
  it('has partials of the user in place, and the next utterance on a line of its own', () => {
    const { transcript, texts } = shown();
    transcript.hear(ask('what', false));
    transcript.hear(ask('what is', false));
    expect(texts()).toEqual(['user open: what is']);
    transcript.hear(ask('What is it?', true));
    transcript.hear(ask('and', false));
    expect(texts()).toEqual(['user said: What is it?', 'user open: and']);
  });

  it('lets an answer grow on its line, told with every word that is heard', () => {
    const { transcript, texts } = shown();
    transcript.hear({ ...answer, text: 'One', words: words.slice(0, 1), final: false });
    transcript.hear(answer);
    transcript.hear(answer);
    expect(texts()).toEqual(['avatar open: One two three.']);
    transcript.finished({ conversationId: 'a', playedMs: 1_400, interrupted: false });
    expect(texts()).toEqual(['avatar said: One two three.']);
  });

  it('ends an answer that was cut at the word that was heard last', () => {
    const { transcript, texts } = shown();
    transcript.hear(answer);
    transcript.finished({ conversationId: 'a', playedMs: 700, interrupted: true });
    expect(texts()).toEqual(['avatar cut: One two']);
  });

  it('keeps the text of a cut answer whose words have no times', () => {
    const { transcript, texts } = shown();
    transcript.hear({ ...answer, words: [] });
    transcript.finished({ conversationId: 'a', playedMs: 700, interrupted: true });
    expect(texts()).toEqual(['avatar cut: One two three.']);
  });

  it('forgets the oldest of more than two hundred lines, and knows nothing of an unheard answer', () => {
    const { transcript, lines } = shown();
    for (let i = 0; i < 201; i++) transcript.hear(ask(`question ${i}`, true));
    transcript.finished({ conversationId: 'never heard', playedMs: 0, interrupted: true });
    expect(lines.size).toBe(200);
    expect([...lines.values()][0]?.text).toBe('question 1');
  });
});
