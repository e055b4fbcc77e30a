import type { Presenter, RelayClient, Turn } from '@visavis/server-sdk';
import type { Pcm } from '@visavis/motion';
import { estimateWords, type Voice } from '@visavis/agent/tts';
import type { VisavisError } from '@visavis/protocol/errors';
import { describe, expect, it, vi } from 'vitest';
import { ClipStore } from './clips.js';
import { Performer } from './performer.js';

const SPEECH: Pcm = { sampleRate: 16_000, samples: new Int16Array(160).fill(5_000) };
const SILENCE: Pcm = { sampleRate: 16_000, samples: new Int16Array(160) };

interface Stage {
  /** What the client was told, in order. */
  readonly told: string[];
  readonly turns: FakeTurn[];
  submit(text: string): void;
  /** The client's interrupt, as a presenter acts on it. */
  interrupt(): void;
  finished(turn: FakeTurn, interrupted: boolean): void;
}

class FakeTurn implements Turn {
  readonly abort = new AbortController();
  readonly signal = this.abort.signal;
  ended = false;
  reqId: string | undefined;
  readonly #id: string;
  constructor(id: string) { this.#id = id; }
  send(): Promise<void> {
    this.reqId = this.#id;
    return Promise.resolve();
  }
  end(): Promise<void> {
    this.ended = true;
    return this.send();
  }
}

function stage(speech: (text: string) => Pcm = () => SPEECH): Stage {
  const told: string[] = [];
  const turns: FakeTurn[] = [];
  let onText: (text: string) => void = () => undefined;
  let onFinished: (finished: { reqId: string; playedMs: number; interrupted: boolean }) => void = () => undefined;
  const presenter: Pick<Presenter, 'beginTurn' | 'interrupt'> = {
    beginTurn: () => {
      turns.push(new FakeTurn(`turn${turns.length}`));
      return turns.at(-1)!;
    },
    interrupt: () => turns.at(-1)?.abort.abort(),
  };
  const client = {
    onText: (listener: typeof onText) => { onText = listener; },
    onPlaybackFinished: (listener: typeof onFinished) => { onFinished = listener; },
    presence: (state: string) => told.push(state),
    error: ({ code, message }: VisavisError) => told.push(`${code}: ${message}`),
    transcript: ({ role, text, final }: { role: string; text: string; final: boolean }) => { if (final && role === 'avatar') told.push(text); },
  };
  const voice: Voice = {
    sampleRate: SPEECH.sampleRate, dispose: () => Promise.resolve(),
    synthesise: (text) => Promise.resolve({ pcm: speech(text), words: estimateWords(text, speech(text)), phonemes: [] }),
  };
  new Performer({
    client: client as unknown as RelayClient, presenter: presenter as Presenter, voice,
    clips: new ClipStore(() => 'clip'), sample: { pcm: SPEECH, text: 'sample', words: [] },
  });
  return {
    told, turns,
    submit: (text) => onText(text),
    interrupt: () => presenter.interrupt(),
    finished: (turn, interrupted) => onFinished({ reqId: turn.reqId ?? '', playedMs: 0, interrupted }),
  };
}

describe('a performer', () => {
  it('is speaking until the client has heard it all', async () => {
    const { told, turns, submit, finished } = stage();
    submit('Hello.');
    await vi.waitUntil(() => turns[0]!.ended);
    expect(told).toEqual(['speaking', 'Hello.']);
    finished(turns[0]!, false);
    expect(told.at(-1)).toBe('idle');
  });

  it('is idle after an interrupt that follows a text at once, whenever the turn before it is reported', async () => {
    const { told, turns, submit, interrupt, finished } = stage();
    submit('One.');
    await vi.waitUntil(() => turns[0]!.ended);
    submit('Two.');
    finished(turns[0]!, true);
    expect(told).toEqual(['speaking', 'One.', 'speaking']);
    interrupt();
    expect(told).toEqual(['speaking', 'One.', 'speaking', 'idle']);
    finished(turns[0]!, true);
    expect(told).toHaveLength(4);
  });

  it('says so where the voice has no sound for any of the text', async () => {
    const { told, turns, submit } = stage(() => SILENCE);
    submit('你好');
    await vi.waitUntil(() => told.length > 2);
    expect(told).toEqual(['speaking', 'idle', 'invalidRequest: This voice speaks English only.']);
    expect(turns[0]!.reqId).toBeUndefined();
  });

  it('leaves out what the voice has no sound for', async () => {
    const { told, turns, submit } = stage((text) => (text === 'Hello.' ? SPEECH : SILENCE));
    submit('... Hello. ...');
    await vi.waitUntil(() => turns[0]!.ended);
    expect(told).toEqual(['speaking', 'Hello.']);
  });

  it('is idle, and says why, where a clip is gone', () => {
    const { told, submit } = stage();
    submit('/clip gone');
    expect(told).toEqual(['speaking', 'idle', 'invalidRequest: that clip is gone; hand it in again']);
  });
});
