import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../test/manual-clock.js';
import { GATHER_MS, Gathering } from './gathering.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('what is gathered', () => {
  let clock: ManualClock;
  let gathering: Gathering;
  let departures: number;

  beforeEach(async () => {
    clock = new ManualClock();
    departures = 0;
    gathering = new Gathering(clock, () => void departures++);
    gathering.add(false);
    gathering.add(false);
    await turn();
  });

  it('leaves together in the turn it came in, where nothing left of late', async () => {
    expect(departures).toBe(1);
    clock.advance(GATHER_MS);
    gathering.add(false);
    await turn();
    expect(departures).toBe(2);
  });

  it('waits for others else, until GATHER_MS after what left before', async () => {
    clock.advance(GATHER_MS / 2);
    gathering.add(false);
    await turn();
    gathering.add(false);
    clock.advance(GATHER_MS / 2 - 1);
    expect(departures).toBe(1);
    clock.advance(1);
    expect(departures).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it('waits for nobody once it is complete, and leaves once', async () => {
    gathering.add(false);
    gathering.add(true);
    gathering.add(true);
    await turn();
    expect(departures).toBe(2);
    clock.advance(GATHER_MS);
    expect(departures).toBe(2);
  });
});
