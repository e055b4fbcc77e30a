import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outbox, type Packet } from './outbox.js';

const BOUNDS = { inFlightBytes: 10, softBytes: 50, hardBytes: 100 };

/** A network that takes nothing until told to. */
class SlowPipe {
  readonly sent: string[] = [];
  bufferedBytes = 0;
  #waiting: (() => void)[] = [];

  send(bytes: Uint8Array, sent: () => void): void {
    this.sent.push(Buffer.from(bytes).toString());
    this.bufferedBytes += bytes.length;
    this.#waiting.push(() => {
      this.bufferedBytes -= bytes.length;
      sent();
    });
  }

  drain(): void {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next();
  }
}

const packet = (name: string, rest: Partial<Packet> = {}): Packet => ({ bytes: Buffer.from(name.padEnd(10, '.')), sequence: 0, speech: true, ...rest });

function attached(pipe: SlowPipe): Outbox {
  const outbox = new Outbox(BOUNDS);
  outbox.attach(pipe);
  return outbox;
}

describe('Outbox', () => {
  it('sends in order as the network takes it', () => {
    const pipe = new SlowPipe();
    const outbox = attached(pipe);
    for (const name of ['a', 'b', 'c']) outbox.push(packet(name));
    expect(pipe.sent).toHaveLength(1);
    expect(outbox.waitingBytes).toBe(20);
    pipe.drain();
    expect(pipe.sent.map((one) => one[0])).toEqual(['a', 'b', 'c']);
    expect(outbox.waitingBytes).toBe(0);
  });

  it('cannot go on after less than its client said it had', () => {
    const outbox = attached(new SlowPipe());
    outbox.push(packet('a', { sequence: 1 }));
    expect(outbox.canGoOnAfter(0)).toBe(true);
    outbox.acknowledge(1);
    expect([0, 1].map((received) => outbox.canGoOnAfter(received))).toEqual([false, true]);
  });

  it('above the soft bound keeps the newest motion of each request, and all else', () => {
    const pipe = new SlowPipe();
    const outbox = attached(pipe);
    outbox.push(packet('first'));
    for (const name of ['m1', 'm2']) outbox.push(packet(name, { motionOf: 'r' }));
    outbox.push(packet('audio'));
    outbox.push(packet('n1', { motionOf: 's' }));
    outbox.push(packet('m3', { motionOf: 'r' }));
    expect(outbox.droppedMotion).toBe(0);
    outbox.push(packet('end'));
    expect(outbox.droppedMotion).toBe(2);
    pipe.drain();
    expect(pipe.sent.map((one) => one.replace(/\./g, ''))).toEqual(['first', 'audio', 'n1', 'm3', 'end']);
  });

  it('says so at the hard bound', () => {
    const outbox = attached(new SlowPipe());
    const pushes = Array.from({ length: 12 }, (_, n) => outbox.push(packet(`a${n}`)));
    expect(pushes).toEqual([...Array.from({ length: 11 }, () => true), false]);
  });

  it('takes back speech, and nothing else', () => {
    const pipe = new SlowPipe();
    const outbox = attached(pipe);
    outbox.push(packet('gone'));
    outbox.push(packet('speech'));
    outbox.push(packet('caption', { speech: false }));
    outbox.dropSpeech();
    pipe.drain();
    expect(pipe.sent.map((one) => one.replace(/\./g, ''))).toEqual(['gone', 'caption']);
  });

  it('never loses audio, reorders nothing and stays within its bound', () => {
    fc.assert(fc.property(fc.array(fc.record({ motion: fc.boolean(), drain: fc.boolean() }), { maxLength: 60 }), (steps) => {
      const pipe = new SlowPipe();
      const outbox = attached(pipe);
      const audio: string[] = [];
      for (const [n, step] of steps.entries()) {
        const one = packet(`${step.motion ? 'm' : 'a'}${String(n).padStart(3, '0')}`, step.motion ? { motionOf: 'r' } : {});
        if (!outbox.push(one)) return;
        if (!step.motion) audio.push(one.bytes.toString());
        expect(outbox.waitingBytes).toBeLessThanOrEqual(BOUNDS.hardBytes);
        if (step.drain) pipe.drain();
      }
      pipe.drain();
      expect(pipe.sent.filter((name) => name.startsWith('a'))).toEqual(audio);
      const order = pipe.sent.map((name) => name.slice(1));
      expect(order).toEqual([...order].sort());
    }));
  });
});

describe('Outbox, over several connections', () => {
  const numbered = (n: number, rest: Partial<Packet> = {}): Packet => packet(`p${n}`, { sequence: n, ...rest });
  const names = (pipe: SlowPipe): string[] => pipe.sent.map((one) => one.replace(/\./g, ''));

  it('goes on after what came, with all that waited, motion too', () => {
    const [first, second] = [new SlowPipe(), new SlowPipe()];
    const outbox = attached(first);
    for (let n = 1; n <= 3; n += 1) outbox.push(numbered(n));
    first.drain();
    outbox.push(packet('once'));
    outbox.detach();
    for (let n = 4; n <= 9; n += 1) outbox.push(numbered(n, { motionOf: 'r' }));
    outbox.attach(second, 1);
    second.drain();
    expect(names(second)).toEqual(['p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'p9']);
    expect(outbox.droppedMotion).toBe(0);
  });

  it('keeps what was sent until it is known to have come, and nothing of a flushed epoch', () => {
    const [first, second] = [new SlowPipe(), new SlowPipe()];
    const outbox = attached(first);
    outbox.push(numbered(1));
    outbox.push(numbered(2, { speech: false }));
    outbox.push(numbered(3));
    first.drain();
    outbox.dropSpeech();
    outbox.push(numbered(4));
    outbox.attach(second, 0);
    second.drain();
    expect(names(second)).toEqual(['p2', 'p4']);
    outbox.acknowledge(4);
    const third = new SlowPipe();
    outbox.attach(third, 0);
    expect(third.sent).toEqual([]);
  });

  it('counts what is kept within the hard bound: connected the oldest goes, away it is full', () => {
    const first = new SlowPipe();
    const outbox = attached(first);
    for (let n = 1; n <= 14; n += 1) {
      expect(outbox.push(numbered(n))).toBe(true);
      first.drain();
    }
    expect([outbox.canGoOnAfter(4), outbox.canGoOnAfter(3)]).toEqual([true, false]);
    outbox.detach();
    expect(outbox.push(numbered(15))).toBe(false);
    outbox.acknowledge(14);
    expect(outbox.push(numbered(16))).toBe(true);
  });
});
