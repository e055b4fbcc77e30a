import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VisavisError } from '../errors/index.js';
import { parseManifest } from './index.js';

const AVA = JSON.parse(readFileSync(new URL('../../../../avatars/ava/avatar.json', import.meta.url), 'utf8')) as Record<string, unknown>;

const codeOf = (value: unknown): string => {
  try {
    parseManifest(value);
    return 'accepted';
  } catch (error) {
    return VisavisError.isInstance(error) ? error.code : `not coded: ${String(error)}`;
  }
};

describe('parseManifest', () => {
  it('reads the default avatar', () => {
    const manifest = parseManifest(AVA);
    expect(manifest).toMatchObject({ id: 'ava', license: 'CC0-1.0', rig: { type: 'glb', file: 'avatar.glb' } });
    expect(manifest.shaping.ceilings.jawOpen).toBeLessThan(1);
  });

  it('accepts or refuses any JSON with a code, and leaves out what it does not know', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => codeOf(value) === 'invalidAvatarMetadata'));
    expect(parseManifest({ ...AVA, surprise: 1 })).not.toHaveProperty('surprise');
  });

  it('survives any single field replaced by anything', () => {
    const damaged = fc.tuple(fc.constantFrom(...Object.keys(AVA)), fc.jsonValue());
    fc.assert(fc.property(damaged, ([name, value]) => ['accepted', 'invalidAvatarMetadata'].includes(codeOf({ ...AVA, [name]: value }))));
  });

  it.each([
    '../x.glb', 'a/../x.glb', '/x.glb', 'https://a/x.glb', 'data:,x', '//a/x.glb', 'a\\x.glb', '%2e%2e/x.glb', 'x.glb?a', '.hidden', 'a//b', '',
  ])('refuses the file name %j', (file) => {
    expect(codeOf({ ...AVA, rig: { type: 'glb', file } })).toBe('invalidAvatarMetadata');
  });

  it('never lets a file name lead out of the folder of the manifest', () => {
    const base = 'https://host/avatars/ava/avatar.json';
    const names = fc.oneof(fc.string(), fc.array(fc.constantFrom('..', '.', '/', '\\', 'a', ':', '%2e', '?', '#')).map((parts) => parts.join('')));
    fc.assert(fc.property(names, (file) => {
      if (codeOf({ ...AVA, rig: { type: 'glb', file } }) !== 'accepted') return true;
      return new URL(file, base).href === `https://host/avatars/ava/${file}`;
    }));
  });

  it.each([
    ['rig.type', { rig: { type: 'exe', file: 'a.glb' } }],
    ['framing.fovDeg', { framing: { target: [0, 0, 0], width: 1, height: 1, fovDeg: 170 } }],
    ['framing.target', { framing: { target: [0, 0], width: 1, height: 1, fovDeg: 20 } }],
    ['shaping.gains.jawOpen', { shaping: { gains: { jawOpen: -1 } } }],
    ['shaping.couplings[0].to', { shaping: { couplings: [{ from: 'jawOpen', to: 'constructor', gain: 1 }] } }],
    ['name', { name: 'x'.repeat(81) }],
    ['schema', { schema: 'visavis.avatar/9' }],
  ])('names the field at fault: %s', (path, change) => {
    expect(() => parseManifest({ ...AVA, ...change })).toThrow(`"${path}"`);
  });
});
