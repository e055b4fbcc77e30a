import { filesOfAvatar, parseManifest } from '@visavis/protocol/avatar';
import { checkGlb } from '../../../packages/client/src/rig/glb-document.js';
import { check, expecting, text, type Target } from '../target.js';
import ava from '../../../avatars/ava/avatar.json' with { type: 'json' };

/** An avatar's files, hostile until checked: a manifest where the first byte is even, else a GLB. */
export const avatar: Target = {
  name: 'avatar',
  maxBytes: 4096,
  files: ['protocol/src/avatar/', 'client/src/rig/glb-document.'],
  dictionary: [
    'null', '[]', '{}', '""', '1e999', '-1', 'true', '"__proto__"', '"constructor"', '"schema"', '"rig"', '"file"', '"../a"', '"a/b.glb"', '"framing"', '"target"',
    '"shaping"', '"files"', '"sha256"', '"bytes"', '"type"', '"sprite"', '"fallback"', '"mapping"', '"viseme_aa"', '"image/png"', '"gains"', '"couplings"', '"voice"', '"uri"', '"buffers"', '"images"', '"data:,"', '"http://a/b"', 'glTF', 'JSON',
  ].map(text),
  seeds: () => [
    manifest(ava), manifest({ schema: 'visavis.avatar/1', id: 'a', name: 'A', version: '1', license: 'MIT', rig: { type: 'glb', file: 'a/b.glb' } }),
    glb({}), glb({ buffers: [{ uri: 'data:,' }], images: [{ uri: 'a.png' }, { bufferView: 0 }] }), glb([1]),
  ],
  run(input) {
    const bytes = Uint8Array.from(input.subarray(1));
    if ((input[0] ?? 0) % 2 === 1) return void expecting(['unsupportedAvatarAsset'], () => checkGlb(bytes.buffer));
    const value = parseJson(bytes);
    if (value === undefined) return;
    const read = expecting(['invalidAvatarMetadata'], () => parseManifest(value));
    if (!read) return;
    const again = parseManifest(JSON.parse(JSON.stringify(read)));
    check(JSON.stringify(again) === JSON.stringify(read), 'a manifest that was read reads the same again');
    const base = 'https://host/avatars/a/avatar.json';
    for (const file of filesOfAvatar(read)) check(new URL(file, base).href === `https://host/avatars/a/${file}`, 'files lie below the manifest');
  },
};

const manifest = (value: unknown): Uint8Array => Uint8Array.of(0, ...Buffer.from(JSON.stringify(value)));

function glb(document: unknown): Uint8Array {
  const json = Buffer.from(JSON.stringify(document));
  const head = Buffer.alloc(20);
  head.write('glTF', 0, 'latin1');
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(20 + json.length, 8);
  head.writeUInt32LE(json.length, 12);
  head.write('JSON', 16, 'latin1');
  return Uint8Array.of(1, ...head, ...json);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
