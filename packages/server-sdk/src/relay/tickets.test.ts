import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../test/index.js';
import { TicketStore } from './tickets.js';

function store(): { clock: ManualClock; tickets: TicketStore } {
  const clock = new ManualClock();
  return { clock, tickets: new TicketStore(clock, randomBytes) };
}

describe('tickets', () => {
  it('are good once, for their avatar', () => {
    const { clock, tickets } = store();
    const { ticket, expiresAtMs } = tickets.issue({ avatarId: 'ava' });
    expect(ticket).toMatch(/^[\w-]{43}$/);
    expect(expiresAtMs).toBe(clock.nowMs() + 60_000);
    expect(tickets.redeem(ticket)).toMatchObject({ avatarId: 'ava', subject: '' });
    expect(tickets.redeem(ticket)).toBeUndefined();
    expect(tickets.redeem('')).toBeUndefined();
  });

  it('expire', () => {
    const { clock, tickets } = store();
    const [inTime, late] = [tickets.issue({ avatarId: 'ava', ttlMs: 1000 }), tickets.issue({ avatarId: 'ava', ttlMs: 1000 })];
    clock.advance(999);
    expect(tickets.redeem(inTime.ticket)?.avatarId).toBe('ava');
    clock.advance(1);
    expect(tickets.redeem(late.ticket)).toBeUndefined();
  });

  it('are bounded: expired ones go first, then the oldest', () => {
    const { clock, tickets } = store();
    const oldest = tickets.issue({ avatarId: 'ava', ttlMs: 600_000 });
    const brief = tickets.issue({ avatarId: 'ava', ttlMs: 1 });
    clock.advance(1);
    for (let n = 0; n < 9_999; n += 1) tickets.issue({ avatarId: 'ava' });
    expect(tickets.redeem(brief.ticket)).toBeUndefined();
    const second = tickets.issue({ avatarId: 'ava' });
    expect(tickets.redeem(second.ticket)?.avatarId).toBe('ava');
    expect(tickets.redeem(oldest.ticket)).toBeUndefined();
  });

  it('say whom they are for', () => {
    const { tickets } = store();
    expect(tickets.redeem(tickets.issue({ avatarId: 'ava', subject: 'visitor 7' }).ticket)).toMatchObject({ subject: 'visitor 7' });
    expect(() => tickets.issue({ avatarId: 'ava', subject: 'x'.repeat(257) })).toThrow(expect.objectContaining({ code: 'invalidConfiguration' }));
  });

  it.each([0, -1, 600_001, NaN])('refuse a lifetime of %d ms', (ttlMs) => {
    expect(() => store().tickets.issue({ avatarId: 'ava', ttlMs })).toThrow(expect.objectContaining({ code: 'invalidConfiguration' }));
  });
});
