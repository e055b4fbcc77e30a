import type { Pcm } from '@visavis/motion';
import type { VisavisError } from '@visavis/protocol/errors';
import type { Presenter, RelayClient, Turn } from '@visavis/server-sdk';
import { describe, expect, it } from 'vitest';
import { ClipPlayer } from './clip-player.js';
import type { Clip } from './clips.js';

const pcm: Pcm = { sampleRate: 16_000, samples: new Int16Array(160).fill(5_000) };
const clip = (text: string): Clip => ({ pcm, text, words: [] });

interface Stage {
  readonly player: ClipPlayer;
  /** What the client was told, in order. */
  readonly told: string[];
  readonly turns: FakeTurn[];
  finished(turn: FakeTurn, interrupted: boolean): void;
}

class FakeTurn implements Turn {
  readonly abort = new AbortController();
  readonly signal = this.abort.signal;
  reqId: string | undefined;
  readonly #id: string;
  readonly #isBroken: boolean;

  constructor(id: string, isBroken: boolean) {
    this.#id = id;
    this.#isBroken = isBroken;
  }

  send(): Promise<void> {
    this.reqId = this.#id;
    return this.#isBroken ? Promise.reject(new Error('the line is down')) : Promise.resolve();
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

function stage(isBroken = false): Stage {
  const told: string[] = [];
  const turns: FakeTurn[] = [];
  let onFinished: (finished: { reqId: string; playedMs: number; interrupted: boolean }) => void = () => undefined;
  const presenter: Pick<Presenter, 'beginTurn' | 'interrupt'> = {
    beginTurn: () => {
      turns.push(new FakeTurn(`turn${turns.length}`, isBroken));
      return turns.at(-1)!;
    },
    interrupt: () => turns.at(-1)?.abort.abort(),
  };
  const client = {
    onPlaybackFinished: (listener: typeof onFinished) => { onFinished = listener; },
    presence: (state: string) => told.push(state),
    error: ({ code, message }: VisavisError) => told.push(`${code}: ${message}`),
    transcript: ({ text }: { text: string }) => told.push(text),
  };
  return {
    player: new ClipPlayer(client as unknown as RelayClient, presenter as Presenter), told, turns,
    finished: (turn, interrupted) => onFinished({ reqId: turn.reqId ?? '', playedMs: 0, interrupted }),
  };
}

describe('recordings', () => {
  it('speak until the client has heard all, with their text where they have one', async () => {
    const { player, told, turns, finished } = stage();
    await player.play(clip('Sense.'));
    expect(told).toEqual(['speaking', 'Sense.']);
    finished(turns[0]!, false);
    expect(told.at(-1)).toBe('idle');
    await player.play(clip(''));
    expect(told.slice(3)).toEqual(['speaking']);
  });

  it('are cut by the next, and by a stop; the end of one that was cut changes nothing', async () => {
    const { player, told, turns, finished } = stage();
    await player.play(clip('One.'));
    await player.play(clip('Two.'));
    expect(told).toEqual(['speaking', 'One.', 'idle', 'speaking', 'Two.']);
    finished(turns[0]!, true);
    expect(told).toHaveLength(5);
    player.stop();
    expect(told.at(-1)).toBe('idle');
    player.stop();
    expect(told).toHaveLength(6);
  });

  it('that cannot be played leave the client idle, and say why', async () => {
    const { player, told } = stage(true);
    await player.play(clip('One.'));
    expect(told).toEqual(['speaking', 'idle', 'upstreamError: the line is down']);
  });
});
