import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AvatarController } from '@visavis/client';
import { isOfTheLink, LinkNotice, sentence } from './notice.js';

describe('what the visitor is told of the connection', () => {
  let text: string | undefined;
  let controller: { conversationState: 'idle' | 'playing' };
  let link: LinkNotice;
  const shown = (): string | undefined => text;
  const end = (interrupted: boolean, byVisitor = false): void => link.finished({ conversationId: 'a', playedMs: 100, interrupted }, byVisitor);

  beforeEach(() => {
    vi.useFakeTimers();
    text = undefined;
    const tell = (told: string): void => { text = told; };
    controller = { conversationState: 'idle' };
    link = new LinkNotice({ pass: tell, stand: tell, clear: () => { text = undefined; } }, controller as AvatarController);
  });
  afterEach(() => vi.useRealTimers());

  it('is nothing where it comes at once, and one word where it takes long', () => {
    link.stateChanged('connecting');
    vi.advanceTimersByTime(1_000);
    expect(shown()).toBeUndefined();
    vi.advanceTimersByTime(1_000);
    expect(shown()).toBe('Connecting.');
    link.stateChanged('connected');
    expect(shown()).toBeUndefined();
  });

  it('is nothing of a blip, and one standing line until it is back', () => {
    link.stateChanged('connected');
    link.stateChanged('connecting');
    vi.advanceTimersByTime(1_000);
    link.stateChanged('connected');
    vi.advanceTimersByTime(60_000);
    expect(shown()).toBeUndefined();
    link.stateChanged('connecting');
    vi.advanceTimersByTime(60_000);
    expect(shown()).toBe('Connection lost. Trying again.');
    link.stateChanged('failed');
    expect(shown()).toContain('Click');
    link.stateChanged('connecting');
    link.stateChanged('connected');
    expect(shown()).toBeUndefined();
  });

  it('says that speech was lost only where the line took it', () => {
    link.stateChanged('connected');
    controller.conversationState = 'playing';
    end(true);
    expect(shown()).toBeUndefined();
    for (const [interrupted, byVisitor, told] of [[false, false, undefined], [true, true, undefined], [true, false, 'The connection was lost before the end of this sentence.']] as const) {
      link.stateChanged('connecting');
      link.stateChanged('connected');
      end(interrupted, byVisitor);
      expect(shown()).toBe(told);
    }
  });

  it('is in sentences', () => {
    expect([sentence('no picture'), sentence('Is it there?')]).toEqual(['No picture.', 'Is it there?']);
  });

  it('leaves the words of the transport out', () => {
    expect(isOfTheLink({ code: 'websocketClosedAbnormally' })).toBe(true);
    expect(isOfTheLink({ code: 'ticketInvalid' })).toBe(false);
  });
});
