import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CASES, file, FULL } from './avatar-cases.js';
import { faultOf, makeManifests, type ManifestVector } from './avatar-golden.js';

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const matches = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(read('../avatar.schema.json') as object);

/** What the schema says of itself that it cannot say. */
const BEYOND = /^files(\[\d+\]\.name)?$/;

describe('the pinned manifests', () => {
  it('are what this code makes of the cases', () => {
    expect(makeManifests()).toEqual(read('../vectors/avatar-manifests.json') as ManifestVector[]);
  });

  it('hold both kinds', () => {
    const faults = makeManifests().filter((vector) => 'fault' in vector);
    expect(faults.length).toBeGreaterThan(20);
    expect(makeManifests().length - faults.length).toBeGreaterThanOrEqual(5);
  });
});

/** Values that lie near what a field may hold. */
const near = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary' }), fc.double(), fc.integer({ min: -2, max: 100 }),
  fc.constantFrom(
    'glb', 'sprite', 'jawOpen', 'viseme_O', 'viseme_sil', 'image/png', 'a/b.glb', '../a', 'a..b', 'x'.repeat(80), '🙂'.repeat(80), '🙂'.repeat(81), '0'.repeat(64), 4, 64,
    67_108_864, 67_108_865, 0.01, 90, {}, [], file('a.glb'), [file('model/mia.vrm'), file('flat/sprite.json')],
  ),
);

/** Paths of everything in a JSON value. */
function pathsOf(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [[], ...keys.flatMap((key) => pathsOf((value as never)[key]).map((path) => [key, ...path]))];
}

function replaced(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string | number, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const damaged = fc
  .array(fc.tuple(fc.constantFrom(...pathsOf(FULL).filter((path) => path.length > 0)), near), { minLength: 0, maxLength: 2 })
  .map((changes) => JSON.parse(JSON.stringify(changes.reduce<unknown>((value, [path, by]) => safely(value, path, by), FULL))) as unknown);

/** A second change may find its place gone. */
function safely(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  try {
    return replaced(value, path, by);
  } catch {
    return value;
  }
}

describe('the schema', () => {
  const agrees = (manifest: unknown): boolean => {
    const fault = faultOf(manifest);
    return matches(manifest) ? fault === undefined || BEYOND.test(fault) : fault !== undefined;
  };

  it.each(Object.entries(CASES))('and the parser agree on %s', (_, value) => {
    expect(agrees(JSON.parse(JSON.stringify(value)))).toBe(true);
  });

  it('and the parser agree on a whole manifest with any two values changed', () => {
    fc.assert(fc.property(damaged, agrees), { numRuns: 3_000 });
  });

  it('refuses by itself all but what it says it cannot', () => {
    const left = Object.entries(CASES).filter(([, value]) => {
      const manifest: unknown = JSON.parse(JSON.stringify(value));
      return faultOf(manifest) !== undefined && matches(manifest);
    });
    expect(left.map(([name]) => name)).toEqual(['a file listed twice', 'a list without the rig', 'too much together']);
  });
});
