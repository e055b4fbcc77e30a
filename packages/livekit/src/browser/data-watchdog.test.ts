import { describe, expect, it } from 'vitest';
import { DataWatchdog, WATCH_EVERY_MS } from './data-watchdog.js';

/** A watchdog that is asked as often as a page asks it. */
class Watched {
  nowMs = 1_000;
  readonly dog = new DataWatchdog(() => this.nowMs);
  readonly rejoins: number[] = [];

  constructor() {
    this.dog.start();
  }

  /** Passes so long, hearing a packet as often as `hearEveryMs` says; notes when it would join anew, and joins at once. */
  pass(ms: number, hearEveryMs = Infinity): void {
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs;) {
      this.nowMs += WATCH_EVERY_MS;
      if (this.nowMs % hearEveryMs === 0) this.dog.heard();
      if (!this.dog.wantsRejoin) continue;
      this.rejoins.push(this.nowMs);
      this.dog.rejoins();
      this.dog.joined();
    }
  }

  get says(): string[] {
    return (['isQuiet', 'isLost', 'isGone'] as const).filter((name) => this.dog[name]);
  }
}

describe('the data watchdog', () => {
  it('is content while packets come', () => {
    const watched = new Watched();
    watched.pass(60_000, 1_000);
    expect([watched.says, watched.rejoins]).toEqual([[], []]);
  });

  it('says quiet after 1.5 s, lost after 5 s, gone after 30 s, and joins anew once, after 4 s', () => {
    const watched = new Watched();
    const said: [number, string][] = [];
    for (let ms = WATCH_EVERY_MS; ms <= 32_000; ms += WATCH_EVERY_MS) {
      watched.pass(WATCH_EVERY_MS);
      for (const name of watched.says) if (!said.some(([, before]) => before === name)) said.push([ms, name]);
    }
    expect(said).toEqual([[1_750, 'isQuiet'], [5_250, 'isLost'], [30_250, 'isGone']]);
    expect(watched.rejoins).toEqual([5_250]);
    watched.dog.heard();
    expect(watched.says).toEqual([]);
  });

  it('does not join again for last words just after it joined, but does once packets have come for good', () => {
    const watched = new Watched();
    watched.pass(5_000);
    watched.pass(2_000, WATCH_EVERY_MS);
    watched.pass(20_000);
    expect(watched.rejoins).toHaveLength(1);
    watched.pass(4_500, WATCH_EVERY_MS);
    watched.pass(10_000);
    expect(watched.rejoins).toHaveLength(2);
  });

  it('waits after a connection that came late', () => {
    const watched = new Watched();
    watched.pass(3_000);
    watched.dog.joined();
    watched.pass(4_000);
    expect(watched.rejoins).toEqual([]);
    watched.pass(WATCH_EVERY_MS);
    expect(watched.rejoins).toHaveLength(1);
  });

  it('takes no sleep of the page for a silence, whoever wakes first', () => {
    for (const sleepMs of [1_250, 3_600_000]) {
      const watched = new Watched();
      watched.pass(500, WATCH_EVERY_MS);
      watched.pass(WATCH_EVERY_MS);
      watched.nowMs += sleepMs;
      // The timer: what came meanwhile is read after it.
      expect([watched.dog.wantsRejoin, watched.says]).toEqual([false, []]);
      watched.nowMs += sleepMs;
      watched.dog.heard();
      watched.pass(1_500);
      expect(watched.says).toEqual([]);
      watched.pass(WATCH_EVERY_MS);
      expect(watched.says).toEqual(['isQuiet']);
    }
  });

  it('counts every silence in a hidden tab, whose timers come once a second', () => {
    const watched = new Watched();
    for (let n = 0; n < 6; n++) {
      watched.nowMs += 1_010;
      void watched.says;
    }
    expect([watched.dog.wantsRejoin, watched.says]).toEqual([true, ['isQuiet', 'isLost']]);
  });

  it('begins anew with each start', () => {
    const watched = new Watched();
    watched.pass(10_000);
    watched.dog.start();
    expect(watched.says).toEqual([]);
    watched.pass(10_000);
    expect(watched.rejoins).toHaveLength(2);
  });
});
