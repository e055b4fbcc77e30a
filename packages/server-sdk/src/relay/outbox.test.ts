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

const packet = (name: string, rest: Partial<Packet> = {}): Packet => ({ bytes: Buffer.from(name.padEnd(10, '.')), speech: true, ...rest });

describe('Outbox', () => {
  it('sends in order as the network takes it', () => {
    const pipe = new SlowPipe();
    const outbox = new Outbox(pipe, BOUNDS);
    for (const name of ['a', 'b', 'c']) outbox.push(packet(name));
    expect(pipe.sent).toHaveLength(1);
    expect(outbox.waitingBytes).toBe(20);
    pipe.drain();
    expect(pipe.sent.map((one) => one[0])).toEqual(['a', 'b', 'c']);
    expect(outbox.waitingBytes).toBe(0);
  });

  it('above the soft bound keeps the newest motion of each request, and all else', () => {
    const pipe = new SlowPipe();
    const outbox = new Outbox(pipe, BOUNDS);
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
    const outbox = new Outbox(new SlowPipe(), BOUNDS);
    const pushes = Array.from({ length: 12 }, (_, n) => outbox.push(packet(`a${n}`)));
    expect(pushes).toEqual([...Array.from({ length: 11 }, () => true), false]);
  });

  it('takes back speech, and nothing else', () => {
    const pipe = new SlowPipe();
    const outbox = new Outbox(pipe, BOUNDS);
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
      const outbox = new Outbox(pipe, BOUNDS);
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
