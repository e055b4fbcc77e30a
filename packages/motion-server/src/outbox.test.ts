import { describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { ManualClock } from '../test/manual-clock.js';
import { Outbox } from './outbox.js';

/** A socket whose reader takes messages when it is told to. */
class FakeSocket {
  readonly OPEN = 1;
  readyState = 1;
  readonly unread: (() => void)[] = [];

  send(_bytes: Uint8Array, written: () => void): void {
    this.unread.push(written);
  }

  terminate(): void {
    this.readyState = 3;
  }
}

function setUp() {
  const clock = new ManualClock();
  const socket = new FakeSocket();
  const caughtUp = vi.fn();
  const outbox = new Outbox(socket as unknown as WebSocket, { maxUnsentBytes: 100, slowReaderMs: 1000 }, clock, caughtUp);
  return { clock, socket, outbox, caughtUp };
}

async function settled(promise: Promise<void>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  for (let i = 0; i < 5; i++) await Promise.resolve();
  return done;
}

describe('Outbox', () => {
  it('waits while more than the limit is unread, and goes on when it is read', async () => {
    const { clock, socket, outbox, caughtUp } = setUp();
    for (let i = 0; i < 3; i++) outbox.send(new Uint8Array(60));
    const drained = outbox.drained();
    expect(outbox.isBehind).toBe(true);
    socket.unread.shift()?.();
    expect(await settled(drained)).toBe(false);
    expect(caughtUp).not.toHaveBeenCalled();
    socket.unread.shift()?.();
    expect(await settled(drained)).toBe(true);
    expect(caughtUp).toHaveBeenCalledOnce();
    expect(outbox.isBehind).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('does not wait below the limit', async () => {
    const { outbox } = setUp();
    outbox.send(new Uint8Array(100));
    expect(await settled(outbox.drained())).toBe(true);
  });

  it('cuts off a reader that takes nothing, whether or not anything waits for it', () => {
    const { clock, socket, outbox } = setUp();
    outbox.send(new Uint8Array(101));
    clock.advance(999);
    outbox.send(new Uint8Array(1));
    expect(socket.readyState).toBe(1);
    clock.advance(1);
    expect(socket.readyState).toBe(3);
  });

  it('lets go of who waits, and of its timer, when it is closed', async () => {
    const { clock, socket, outbox } = setUp();
    outbox.send(new Uint8Array(101));
    const drained = outbox.drained();
    socket.readyState = 3;
    outbox.close();
    expect(await settled(drained)).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('drops what is sent to a closed socket', () => {
    const { socket, outbox } = setUp();
    socket.terminate();
    outbox.send(new Uint8Array(10));
    expect(socket.unread).toHaveLength(0);
  });
});
