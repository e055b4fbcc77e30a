import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opusPacketSamples } from './opus-packet.js';
import { OpusQueue, type OpusChunk, type OpusItem } from './opus-queue.js';

const PRE_SKIP = 312;
/** A packet of 20 ms (CELT, one frame) that carries its number. */
const packet = (n: number): Uint8Array => Uint8Array.of(31 << 3, n);

function chunk(first: number, count: number, changes: Partial<OpusChunk> = {}): OpusChunk {
  return {
    packets: Array.from({ length: count }, (_, i) => packet(first + i)),
    firstSample: Math.max(0, first * 960 - PRE_SKIP), preSkip: PRE_SKIP, packetMs: 20, totalSamples: undefined, ...changes,
  };
}

function drain(queue: OpusQueue): (number | string)[] {
  const items: (number | string)[] = [];
  for (let item: OpusItem | undefined = queue.shift(); item; item = queue.shift()) {
    items.push('packet' in item ? item.packet[1]! : `${item.silence} silent`);
  }
  return items;
}

describe('packet durations', () => {
  it.each([
    [[0 << 3], 480], [[3 << 3], 2880], [[12 << 3], 480], [[13 << 3], 960], [[16 << 3], 120], [[31 << 3], 960],
    [[(31 << 3) | 1], 1920], [[(31 << 3) | 2], 1920], [[(31 << 3) | 3, 6], 5760], [[(31 << 3) | 3, 7], undefined],
    [[(31 << 3) | 3], undefined], [[(31 << 3) | 3, 0], undefined], [[], undefined],
  ])('of %j are %s samples', (bytes, samples) => {
    expect(opusPacketSamples(Uint8Array.from(bytes))).toBe(samples);
  });
});

describe('the queue of packets', () => {
  it('keeps order, drops what came twice, leaves silence for what is missing', () => {
    const queue = new OpusQueue();
    queue.push(chunk(0, 3));
    queue.push(chunk(2, 3));
    queue.push(chunk(7, 1));
    queue.push(chunk(0, 3));
    expect(drain(queue)).toEqual([0, 1, 2, 3, 4, '1920 silent', 7]);
    expect(queue.preSkip).toBe(PRE_SKIP);
    expect(queue.byteLength).toBe(0);
  });

  it('puts in order what comes out of it, and waits for what is missing as long as it may', () => {
    const queue = new OpusQueue();
    queue.push(chunk(4, 2));
    queue.push(chunk(0, 2));
    expect([queue.shift(true), queue.shift(true), queue.shift(true)].map((item) => item && 'packet' in item && item.packet[1])).toEqual([0, 1, undefined]);
    queue.push(chunk(2, 2));
    expect(drain(queue)).toEqual([2, 3, 4, 5]);
    queue.push(chunk(8, 1));
    expect(drain(queue)).toEqual(['1920 silent', 8]);
    queue.push(chunk(6, 2));
    expect([queue.isEmpty, queue.byteLength], 'too late').toEqual([true, 0]);
  });

  it('gives every packet once and in order, whatever order they come in', () => {
    const order = fc.shuffledSubarray(Array.from({ length: 30 }, (_, i) => i), { minLength: 30 });
    fc.assert(fc.property(order, fc.array(fc.nat(29)), (numbers, again) => {
      const queue = new OpusQueue();
      for (const n of [...numbers, ...again]) queue.push(chunk(n, 1));
      expect(drain(queue)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    }));
  });

  it('refuses a gap too long to be loss and a packet without a length, and goes on', () => {
    const queue = new OpusQueue();
    queue.push(chunk(0, 1));
    expect(() => queue.push(chunk(600, 1))).toThrow(expect.objectContaining({ code: 'invalidAudioInput' }));
    expect(() => queue.push(chunk(1, 1, { packets: [new Uint8Array(0)], packetMs: 900 }))).toThrow(expect.objectContaining({ code: 'invalidAudioInput' }));
    queue.push(chunk(1, 1, { totalSamples: 1_000 }));
    expect(drain(queue)).toEqual([0, 1]);
    expect(queue.totalSamples).toBe(1_000);
  });

  it('accounts for every sample once, however chunks are cut, repeated and lost', () => {
    const cuts = fc.array(fc.record({ size: fc.integer({ min: 1, max: 9 }), lost: fc.boolean(), twice: fc.boolean() }), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(cuts, (plan) => {
      const queue = new OpusQueue();
      const expected: (number | string)[] = [];
      let first = 0;
      let missing = 0;
      for (const { size, lost, twice } of plan) {
        if (lost) missing += size;
        else {
          queue.push(chunk(first, size));
          if (twice) queue.push(chunk(first, size));
          if (missing > 0) expected.push(`${missing * 960} silent`);
          missing = 0;
          expected.push(...Array.from({ length: size }, (_, i) => first + i));
        }
        first += size;
      }
      expect(drain(queue)).toEqual(expected);
    }));
  });
});
