import type { Turn } from '@visavis/server-sdk';
import { ManualClock } from '@visavis/server-sdk/test';
import { describe, expect, it } from 'vitest';
import { SpokenWords } from '../speech/spoken-words.js';
import { Delivery } from './delivery.js';
import { SILENT_DB } from './loudness.js';

const RATE = 16_000;
/** Two seconds, each so loud, dBFS. */
const FIRST_DB = -20;
const SECOND_DB = -40;

async function begun(): Promise<{ clock: ManualClock; delivery: Delivery }> {
  const clock = new ManualClock(10_000);
  const turn = { reqId: 'one', signal: new AbortController().signal, send: () => Promise.resolve(), end: () => Promise.resolve() } as unknown as Turn;
  const delivery = new Delivery({ clock, sampleRate: RATE, beginTurn: () => turn, transcript: () => undefined, finished: () => undefined }, new SpokenWords(), {});
  await delivery.push({ samples: Int16Array.from({ length: 2 * RATE }, (_, n) => Math.round(32_768 * 10 ** ((n < RATE ? FIRST_DB : SECOND_DB) / 20)) * (n % 2 === 0 ? 1 : -1)) });
  return { clock, delivery };
}

describe('what was heard of an utterance so long ago', () => {
  const at = ({ delivery }: { delivery: Delivery }, ms: number): number => Math.round(delivery.levelAgo(ms));

  it('is silence before the client tells that it plays, and then what it plays, from where it began', async () => {
    const told = await begun();
    expect([at(told, 0), at(told, -60)]).toEqual([SILENT_DB, SILENT_DB]);
    told.delivery.handlePosition(100, true);
    expect([at(told, 0), at(told, 80), at(told, 120)]).toEqual([FIRST_DB, FIRST_DB, SILENT_DB]);
    told.clock.advance(1_000);
    expect([at(told, 0), at(told, 50), at(told, 200), at(told, 1_200)]).toEqual([SECOND_DB, SECOND_DB, FIRST_DB, SILENT_DB]);
  });

  it.each(['held', 'cut', 'heard out'])('is silence from where it was %s, and what was played before', async (how) => {
    const told = await begun();
    told.delivery.handlePosition(0, true);
    told.clock.advance(1_500);
    if (how === 'held') told.delivery.setRunning(false);
    else if (how === 'cut') told.delivery.cut();
    else told.delivery.handleFinished(1_500, false);
    told.clock.advance(100);
    expect([at(told, -60), at(told, 50), at(told, 150), at(told, 700)]).toEqual([SILENT_DB, SILENT_DB, SECOND_DB, FIRST_DB]);
    // The client's late word of it changes nothing.
    told.delivery.handlePosition(1_500, how === 'cut');
    told.clock.advance(400);
    expect([at(told, 300), at(told, 550)]).toEqual([SILENT_DB, SECOND_DB]);
    if (how !== 'held') return;
    told.delivery.setRunning(true);
    told.clock.advance(200);
    expect([at(told, 100), at(told, 300)]).toEqual([SECOND_DB, SILENT_DB]);
  });
});
