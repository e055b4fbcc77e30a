import { describe, expect, it } from 'vitest';
import { decodeEnvelope, encodeEnvelope, type ClientAudioInput } from '@visavis/protocol/ingress';
import type { Intake } from './intake.js';
import { RequestQueue } from './request-queue.js';

function input(reqId: string, bytes: number, end = false): ClientAudioInput {
  const envelope = decodeEnvelope(encodeEnvelope('clientAudioInput', { reqId, audio: new Uint8Array(bytes), end }));
  if (envelope.case !== 'clientAudioInput') throw new Error('not audio');
  return envelope.value;
}

/** A queue whose requests are served when the test says so. */
function setUp() {
  const log: string[] = [];
  const finish: (() => void)[] = [];
  const served: Intake[] = [];
  const queue = new RequestQueue({
    serve: (request) => new Promise((resolve) => {
      log.push(`serve ${request.reqId}`);
      served.push(request);
      finish.push(resolve);
    }),
    interrupted: ({ reqId }) => log.push(`interrupted ${reqId}`),
    failed: ({ reqId }) => log.push(`failed ${reqId}`),
    progressed: () => undefined,
  });
  const finishNext = async () => {
    finish.shift()?.();
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return { queue, log, served, finishNext };
}

describe('RequestQueue', () => {
  it('serves one at a time, in order', async () => {
    const { queue, log, finishNext } = setUp();
    for (const id of ['a', 'b', 'c']) queue.accept(input(id, 10, true), 0);
    expect(log).toEqual(['serve a']);
    await finishNext();
    await finishNext();
    expect(log).toEqual(['serve a', 'serve b', 'serve c']);
    expect(queue.length).toBe(1);
  });

  it('counts what waiting audio holds, tiny chunks for what they cost', () => {
    const { queue, served } = setUp();
    for (let i = 0; i < 100; i++) queue.accept(input('a', 1), 0);
    expect(queue.bytes).toBeGreaterThan(100 * 200);
    while (served[0]?.take(1000)) continue;
    expect(queue.bytes).toBe(0);
  });

  it('gives a request that fell behind many chunks as one piece, and whole ones as they came', () => {
    const { queue, served } = setUp();
    for (let i = 0; i < 5; i++) queue.accept(input('a', 30), i);
    expect([served[0]?.take(100)?.length, served[0]?.arrivedMs]).toEqual([100, 0]);
    expect([served[0]?.take(20)?.length, served[0]?.arrivedMs]).toEqual([20, 3]);
    expect([served[0]?.take(100)?.length, served[0]?.arrivedMs]).toEqual([30, 4]);
    expect(served[0]?.take(100)).toBeUndefined();
    expect(queue.bytes).toBe(0);
  });

  it('cuts off the named request and those before it, not those after', async () => {
    const { queue, log, served, finishNext } = setUp();
    for (const id of ['a', 'b', 'c']) queue.accept(input(id, 10, true), 0);
    queue.interrupt('b');
    expect(log).toEqual(['serve a', 'interrupted a', 'interrupted b']);
    expect(served[0]?.cancelled).toBe(true);
    await finishNext();
    expect(log.at(-1)).toBe('serve c');
    expect(queue.length).toBe(1);
  });

  it('holds nothing after close', () => {
    const { queue } = setUp();
    queue.accept(input('a', 1000), 0);
    queue.accept(input('b', 1000), 0);
    queue.close();
    expect([queue.length, queue.bytes]).toEqual([0, 0]);
  });
});
