import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VisavisError } from '@visavis/protocol/errors';
import { writeZip } from '../../test/archive.js';
import { isZip, readZip } from './index.js';

const BOUNDS = { maxBytes: 1_000_000, maxEntries: 10 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Reads every entry; the code of what goes wrong, else "read". */
async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    for (const entry of readZip(bytes, BOUNDS)) await entry.read();
    return 'read';
  } catch (error) {
    return VisavisError.isInstance(error) ? error.code : `not coded: ${String(error)}`;
  }
}

describe('readZip', () => {
  it('gives the files, packed or stored, without the folders', async () => {
    const zip = writeZip([{ name: 'a/', data: text('') , stored: true }, { name: 'a/b.txt', data: text('hello '.repeat(99)) }, { name: 'c', data: text('x'), stored: true }]);
    expect(isZip(zip)).toBe(true);
    const entries = readZip(zip, BOUNDS);
    expect(entries.map(({ name, bytes }) => [name, bytes])).toEqual([['a/b.txt', 594], ['c', 1]]);
    expect(textOf(await entries[0]!.read())).toBe('hello '.repeat(99));
    expect(textOf(await entries[1]!.read())).toBe('x');
  });

  it.each([
    ['more than it may unpack to, and says so', [{ name: 'a', data: new Uint8Array(2_000_000) }]],
    ['more than it may unpack to in several', [{ name: 'a', data: new Uint8Array(600_000) }, { name: 'b', data: new Uint8Array(600_000) }]],
    ['more than it says', [{ name: 'a', data: new Uint8Array(2_000_000), claimed: 1_000 }]],
    ['less than it says', [{ name: 'a', data: new Uint8Array(10), claimed: 1_000 }]],
    ['too many entries', Array.from({ length: 11 }, (_, i) => ({ name: `f${i}`, data: new Uint8Array(1) }))],
    ['a parent folder', [{ name: '../a', data: new Uint8Array(1) }]],
    ['a parent folder by backslashes', [{ name: 'a\\..\\..\\b', data: new Uint8Array(1) }]],
    ['an absolute path', [{ name: '/etc/passwd', data: new Uint8Array(1) }]],
    ['a drive', [{ name: 'C:/a', data: new Uint8Array(1) }]],
    ['encryption', [{ name: 'a', data: new Uint8Array(1), flags: 1 }]],
  ])('refuses %s', async (_, parts) => {
    expect(await outcome(writeZip(parts))).toBe('unsupportedAvatarAsset');
  });

  it('reads or refuses with a code what was cut or changed anywhere', async () => {
    const whole = writeZip([{ name: 'a', data: text('hello '.repeat(20)) }, { name: 'b', data: text('x'), stored: true }]);
    await fc.assert(fc.asyncProperty(fc.nat(whole.length), fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (cut, at, bit) => {
      const changed = whole.slice();
      changed[at]! ^= bit;
      return (await outcome(whole.subarray(0, cut))) === (cut === whole.length ? 'read' : 'unsupportedAvatarAsset')
        && ['read', 'unsupportedAvatarAsset'].includes(await outcome(changed));
    }));
  });
});
