import { describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../test/manual-clock.js';
import { Heartbeat, IdleTimer } from './timers.js';

describe('IdleTimer', () => {
  it('fires once, the whole time after the last touch', () => {
    const clock = new ManualClock();
    const onIdle = vi.fn();
    const timer = new IdleTimer(clock, 100, onIdle);
    clock.advance(70);
    timer.touch();
    clock.advance(99);
    expect(onIdle).not.toHaveBeenCalled();
    clock.advance(1);
    clock.advance(1000);
    expect(onIdle).toHaveBeenCalledOnce();
  });

  it('leaves nothing behind when stopped', () => {
    const clock = new ManualClock();
    const timer = new IdleTimer(clock, 100, () => undefined);
    timer.touch();
    timer.stop();
    expect(clock.pending).toBe(0);
  });
});

describe('Heartbeat', () => {
  it('pings for as long as it hears something, then gives up', () => {
    const clock = new ManualClock();
    const ping = vi.fn();
    const dead = vi.fn();
    const heard = vi.fn().mockReturnValueOnce(false).mockReturnValueOnce(true).mockReturnValueOnce(false);
    new Heartbeat(clock, 100, { ping, heard, dead });
    clock.advance(200);
    expect(ping).toHaveBeenCalledTimes(2);
    expect(dead).not.toHaveBeenCalled();
    clock.advance(100);
    expect(dead).toHaveBeenCalledOnce();
    expect(clock.pending).toBe(0);
  });

  it('leaves nothing behind when stopped', () => {
    const clock = new ManualClock();
    new Heartbeat(clock, 100, { ping: () => undefined, heard: () => true, dead: () => undefined }).stop();
    expect(clock.pending).toBe(0);
  });
});
