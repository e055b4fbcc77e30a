import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NetworkModelError } from './error.js';
import { parseManifest } from './manifest.js';

const text = readFileSync(new URL('../../test/network/motion.json', import.meta.url), 'utf8');
const good = JSON.parse(text) as Record<string, unknown>;

describe('parseManifest', () => {
  it('reads what training writes', () => {
    expect(parseManifest(text)).toMatchObject({
      id: 'tiny', outputsPerStep: 2, delayOutputs: 1, lookaheadMs: 60, voiceGate: [0.3, 0.7],
      states: [{ name: 'stem', shape: [6, 68] }, { name: 'hidden', shape: [8] }], rings: [{ name: 'past', dilations: [1, 2], taps: 4, width: 8 }],
    });
  });

  it.each([
    ['sampleRate', 8000], ['features', 67], ['stepMs', 20], ['outputsPerStep', 1], ['visemes', ['sil']], ['articulators', []], ['motion', null],
    ['id', ''], ['id', 'a b'], ['sha256', 'f'], ['bytes', -1], ['bytes', 1.5], ['delayOutputs', 3], ['lookaheadMs', 1e9], ['voiceGate', [0.7, 0.3]],
    ['state', []], ['state', { stem: [] }], ['state', { stem: [0] }], ['state', { past: [4096, 4096] }],
    ['rings', 7], ['rings', { past: {} }], ['rings', { past: { dilations: [], taps: 4, width: 8 } }], ['rings', { past: { dilations: [1], taps: 1e6, width: 8 } }],
  ])('names the field that does not fit: %s', (name, value) => {
    const parse = (): unknown => parseManifest(JSON.stringify({ ...good, [name]: value }));
    expect(parse).toThrow(expect.objectContaining({ code: 'weightsInvalid', message: expect.stringContaining(name) }));
  });

  it('says so of anything else', () => {
    const values = fc.oneof(fc.json(), fc.string(), fc.dictionary(fc.constantFrom(...Object.keys(good)), fc.jsonValue()).map((fields) => JSON.stringify({ ...good, ...fields })));
    fc.assert(fc.property(values, (value) => {
      try {
        parseManifest(value);
      } catch (error) {
        expect(NetworkModelError.isInstance(error)).toBe(true);
      }
    }));
  });
});
