/** Manifests that stand for what a parser meets; pinned with their outcome in ../vectors/avatar-manifests.json. */
const SHA = '0'.repeat(64);

export const file = (name: string, change: object = {}): object => ({ name, bytes: 100, sha256: SHA, type: 'application/octet-stream', ...change });

export const LEAST = { schema: 'visavis.avatar/1', id: 'a', name: 'A', version: '1', license: 'MIT', rig: { type: 'glb', file: 'a.glb' } };

export const FULL = {
  ...LEAST,
  id: 'Mia_2', name: 'Mia 🙂', version: '2.0.0-rc.1', license: 'CC-BY-4.0',
  rig: { type: 'vrm', file: 'model/mia.vrm' },
  fallback: { type: 'sprite', file: 'flat/sprite.json' },
  files: [
    file('model/mia.vrm', { bytes: 3_000_000, type: 'model/gltf-binary' }), file('flat/sprite.json', { type: 'application/json' }),
    file('flat/open.svg', { type: 'image/svg+xml' }), file('thumbnail.webp', { type: 'image/webp' }),
  ],
  thumbnail: 'thumbnail.webp',
  mapping: { 'Mund offen': 'jawOpen', A: 'viseme_aa', I: 'viseme_I' },
  framing: { target: [0, -0.05, 0.02], width: 0.4, height: 0.5, fovDeg: 18 },
  voice: { language: 'de-AT', description: 'calm' },
  shaping: { gains: { jawOpen: 0.8 }, ceilings: { mouthSmileLeft: 0.65 }, couplings: [{ from: 'mouthSmileLeft', to: 'cheekSquintLeft', gain: 0.5 }], dampings: [{ from: 'mouthPucker', to: 'mouthSmileLeft', share: 0.6 }] },
};

export const CASES: Readonly<Record<string, unknown>> = {
  'the least there is': LEAST,
  'everything there is': FULL,
  'unknown fields': { ...LEAST, surprise: 1, rig: { ...LEAST.rig, surprise: 1 }, shaping: { gains: { surprise: 'x' }, surprise: 1 } },
  'drawn pictures': { ...LEAST, rig: { type: 'sprite', file: 's.json' }, files: [file('s.json'), file('a.png')] },
  'splats': { ...LEAST, rig: { type: 'splat', file: 'head.zip' } },
  'no object': [],
  'another schema': { ...LEAST, schema: 'visavis.avatar/2' },
  'no id': { ...LEAST, id: undefined },
  'an id with a folder in it': { ...LEAST, id: '../a' },
  'a name without end': { ...LEAST, name: 'x'.repeat(81) },
  'a rig of a kind not known': { ...LEAST, rig: { type: 'exe', file: 'a.exe' } },
  'a parent folder': { ...LEAST, rig: { type: 'glb', file: '../a.glb' } },
  'a parent folder further in': { ...LEAST, thumbnail: 'a/../../b.png' },
  'an escape': { ...LEAST, thumbnail: '%2e%2e/b.png' },
  'another host': { ...LEAST, thumbnail: '//host/b.png' },
  'a scheme': { ...LEAST, thumbnail: 'data:image/png,x' },
  'a hidden file': { ...LEAST, files: [file('a.glb'), file('.env')] },
  'a file listed twice': { ...LEAST, files: [file('a.glb'), file('a.glb')] },
  'a list without the rig': { ...LEAST, files: [file('b.glb')] },
  'a sprite without a list': { ...LEAST, rig: { type: 'sprite', file: 's.json' } },
  'a sprite with an empty list': { ...LEAST, rig: { type: 'sprite', file: 's.json' }, files: [] },
  'a list of nothing': { ...LEAST, files: [] },
  'null for a list': { ...LEAST, files: null },
  'a fallback without a list': { ...LEAST, fallback: { type: 'sprite', file: 's.json' } },
  'a hash too short': { ...LEAST, files: [file('a.glb', { sha256: 'abc' })] },
  'a file of 200 MB': { ...LEAST, files: [file('a.glb', { bytes: 200_000_000 })] },
  'too much together': { ...LEAST, files: [file('a.glb', { bytes: 60_000_000 }), file('b', { bytes: 60_000_000 })] },
  'an empty file': { ...LEAST, files: [file('a.glb', { bytes: 0 })] },
  'a page as a file': { ...LEAST, files: [file('a.glb'), file('b.html', { type: 'text/html' })] },
  'too many files': { ...LEAST, files: [file('a.glb'), ...Array.from({ length: 128 }, (_, i) => file(`f${i}`))] },
  'a mapping to nothing': { ...LEAST, mapping: { Mund: 'mouthOpen' } },
  'a framing of two numbers': { ...LEAST, framing: { target: [0, 0], width: 1, height: 1, fovDeg: 20 } },
  'a view too wide': { ...LEAST, framing: { target: [0, 0, 0], width: 1, height: 1, fovDeg: 170 } },
  'a gain below nothing': { ...LEAST, shaping: { gains: { jawOpen: -1 } } },
  'a damping of more than all': { ...LEAST, shaping: { dampings: [{ from: 'jawOpen', to: 'mouthClose', share: 2 }] } },
  'a coupling to an inherited name': { ...LEAST, shaping: { couplings: [{ from: 'jawOpen', to: 'constructor', gain: 1 }] } },
};
