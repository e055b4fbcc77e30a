import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeptAudio } from './kept-audio.js';
import { MAX_KEPT_BYTES, RequestBook } from './requests.js';

const FACTS = { sampleRate: 16_000, expectsAudio: true };

it('keeps what was not trimmed, wherever it is asked from', () => {
  const steps = fc.array(fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ bytes })),
    fc.nat(300).map((trim) => ({ trim })),
  ), { maxLength: 40 });
  fc.assert(fc.property(steps, fc.nat(300), (all, from) => {
    const kept = new KeptAudio();
    const stream: number[] = [];
    let head = 0;
    for (const step of all) {
      if ('bytes' in step) {
        kept.append(step.bytes);
        stream.push(...step.bytes);
      } else {
        kept.trim(step.trim);
        head = Math.max(head, Math.min(step.trim, stream.length));
      }
    }
    expect(kept.length).toBe(stream.length - head);
    expect([...kept.since(from)]).toEqual(stream.slice(Math.max(from, head)));
  }));
});

it('belongs to a request that cannot be resumed once there is too much of it', () => {
  let id = 0;
  const book = new RequestBook(() => String(++id));
  const chunk = new Uint8Array(8 * 1024 * 1024);
  book.add(new Uint8Array(2), true, FACTS, {});
  for (let bytes = 0; bytes < MAX_KEPT_BYTES; bytes += chunk.length) book.add(chunk, false, FACTS, {});
  expect(book.awaited.map(({ reqId, resumable }) => [reqId, resumable])).toEqual([['1', true], ['2', false]]);
  expect(book.keptBytes).toBe(2);
});

it('is not kept for a request that was interrupted or given up', () => {
  let id = 0;
  const book = new RequestBook(() => String(++id));
  book.add(new Uint8Array(100), true, FACTS, {});
  book.fail('1');
  book.add(new Uint8Array(100), false, FACTS, {});
  book.interrupt();
  expect(book.keptBytes).toBe(0);
  expect(book.lose()).toEqual(['1', '2']);
});
