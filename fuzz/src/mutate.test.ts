import { fromBinary } from '@bufbuild/protobuf';
import { seededRandom } from '@visavis/face';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EmptySchema } from '@bufbuild/protobuf/wkt';
import { mutate } from './mutate.js';
import { mutateProtobuf } from './mutate-protobuf.js';
import { GOLDEN } from './targets/golden.js';
import type { Target } from './target.js';

const target: Target = { name: 'any', maxBytes: 64, files: [], seeds: () => [], dictionary: [Uint8Array.of(1, 2, 3)], protobufAt: 0, run: () => undefined };

it('keeps to the longest input, leaves the original alone, and gives the same for the same seed', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ maxLength: 80 }), fc.nat(), (bytes, other, seed) => {
    // A Buffer's slice is a view: what is changed must be a copy all the same.
    const input = seed % 2 === 0 ? Buffer.from(bytes) : bytes;
    const before = Uint8Array.from(input);
    const changed = mutate(input, seededRandom(seed), target, other);
    expect(changed.length).toBeLessThanOrEqual(target.maxBytes);
    expect(Uint8Array.from(input)).toEqual(before);
    expect(mutate(input, seededRandom(seed), target, other)).toEqual(changed);
  }), { numRuns: 500 });
});

it('changes messages field by field: lengths stay right', () => {
  const messages = GOLDEN.envelope;
  let changes = 0;
  for (let seed = 0; seed < 2000; seed++) {
    const message = messages[seed % messages.length]!;
    const changed = mutateProtobuf(message, 0, seededRandom(seed), messages[(seed * 7) % messages.length]!);
    if (Buffer.compare(changed, message) !== 0) changes += 1;
    // A message of no fields of its own reads anything that is well framed.
    expect(() => fromBinary(EmptySchema, changed)).not.toThrow();
  }
  expect(changes).toBeGreaterThan(1000);
});
