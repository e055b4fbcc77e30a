import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FinishedReport } from './relay-client.js';
import { SpokenRequests } from './requests.js';

function requests(): { reports: FinishedReport[]; spoken: SpokenRequests } {
  const reports: FinishedReport[] = [];
  return { reports, spoken: new SpokenRequests((report) => reports.push(report)) };
}

describe('spoken requests', () => {
  it('are reported as the client says, once', () => {
    const { reports, spoken } = requests();
    spoken.began('a');
    spoken.played('a', 300);
    spoken.finished({ reqId: 'a', playedMs: 500, interrupted: false });
    spoken.began('a');
    spoken.finished({ reqId: 'a', playedMs: 1, interrupted: true });
    spoken.finished({ reqId: 'never spoken', playedMs: 1, interrupted: true });
    spoken.cutAll();
    expect(reports).toEqual([{ reqId: 'a', playedMs: 500, interrupted: false }]);
  });

  it('are cut by a later one that is heard, and by the end of the stream', () => {
    const { reports, spoken } = requests();
    for (const reqId of ['a', 'b', 'c', 'd']) spoken.began(reqId);
    spoken.played('a', 40);
    spoken.played('b', 80);
    spoken.finished({ reqId: 'c', playedMs: 9, interrupted: false });
    spoken.cutAll();
    expect(reports).toEqual([
      { reqId: 'a', playedMs: 40, interrupted: true },
      { reqId: 'b', playedMs: 80, interrupted: true },
      { reqId: 'c', playedMs: 9, interrupted: false },
      { reqId: 'd', playedMs: 0, interrupted: true },
    ]);
  });

  it('are each reported exactly once, whatever a client says', () => {
    const step = fc.record({ what: fc.constantFrom('began', 'played', 'finished'), id: fc.nat(9) });
    fc.assert(fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const { reports, spoken } = requests();
      const began = new Set<string>();
      for (const { what, id } of steps) {
        const reqId = `r${id}`;
        if (what === 'began') spoken.began(reqId);
        if (what === 'began') began.add(reqId);
        if (what === 'played') spoken.played(reqId, id);
        if (what === 'finished') spoken.finished({ reqId, playedMs: id, interrupted: false });
      }
      spoken.cutAll();
      expect(reports.map(({ reqId }) => reqId).sort()).toEqual([...began].sort());
    }));
  });

  it('are bounded: of too many that are open the oldest is cut', () => {
    const { reports, spoken } = requests();
    for (let n = 0; n < 65; n += 1) spoken.began(`r${n}`);
    expect(reports).toEqual([{ reqId: 'r0', playedMs: 0, interrupted: true }]);
  });
});
