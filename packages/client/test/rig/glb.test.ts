import { CHANNEL, createPose, VISEME_NAMES, visemePose } from '@visavis/face';
import { PLAIN_SHAPING } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import fc from 'fast-check';
import { Bone, Group, Mesh } from 'three';
import { describe, expect, it } from 'vitest';
import { GlbRig, loadGlbRig } from '../../src/rig/glb-rig.js';
import { checkGlb, loadRig } from '../../src/rig/index.js';
import { STANDARD_DAMPINGS, FaceShaper } from '../../src/rig/shaping.js';
import { faceGlb, writeGlb } from './make/glb.js';

const refusal = async (bytes: ArrayBuffer): Promise<string> => {
  try {
    (await loadGlbRig(bytes)).dispose();
    return 'accepted';
  } catch (error) {
    return VisavisError.isInstance(error) ? `${error.code}: ${error.message}` : `not coded: ${String(error)}`;
  }
};

const influencesOf = (rig: GlbRig): number[] => {
  let found: number[] = [];
  rig.root.traverse((node) => { if (node instanceof Mesh && node.morphTargetInfluences) found = node.morphTargetInfluences; });
  return found;
};

describe('a GLB with only visemes', () => {
  const names = VISEME_NAMES.map((name) => `viseme_${name}`);

  it('shows the viseme of the pose', async () => {
    const rig = await loadGlbRig(faceGlb(names));
    expect(rig.speech).toBe('visemes');
    for (const viseme of VISEME_NAMES) {
      rig.apply(visemePose(viseme));
      const influences = influencesOf(rig);
      expect(influences.indexOf(Math.max(...influences)), viseme).toBe(VISEME_NAMES.indexOf(viseme));
    }
  });

  it('is told what its targets are by a mapping', async () => {
    const rig = (await loadRig({ type: 'glb', file: 'a.glb', files: () => faceGlb(['Mund', 'jawOpen']), mapping: { Mund: 'jawOpen', jawOpen: '' } })) as GlbRig;
    rig.apply(visemePose('aa'));
    expect(influencesOf(rig)[0]).toBeGreaterThan(0.4);
    expect(influencesOf(rig)[1]).toBe(0);
  });
});

describe('a GLB with only a jaw bone', () => {
  it('speaks with it', async () => {
    const jaw = new Bone();
    jaw.name = 'Jaw';
    const rig = await GlbRig.of(new Group().add(jaw));
    expect(rig.speech).toBe('jaw');
    rig.apply(visemePose('aa'));
    expect(jaw.quaternion.x).toBeGreaterThan(0.05);
    rig.apply(visemePose('PP'));
    expect(jaw.quaternion.x).toBeCloseTo(0);
  });
});

describe('a GLB whose origin is at its feet', () => {
  it('is moved so that its eyes are at the origin', async () => {
    const eyes = ['LeftEye', 'RightEye'].map((name, i) => {
      const eye = new Bone();
      eye.name = name;
      eye.position.set(i === 0 ? 0.03 : -0.03, 1.6, 0.08);
      return eye;
    });
    const rig = await GlbRig.of(new Group().add(...eyes));
    expect(rig.root.position.toArray().map((part) => Number(part.toFixed(6)))).toEqual([0, -1.6, -0.08]);
  });
});

describe('bad files', () => {
  const document = (json: object): ArrayBuffer => writeGlb(JSON.stringify({ asset: { version: '2.0' }, ...json }));

  it.each([
    ['nothing', new ArrayBuffer(0), 'not a GLB'],
    ['text', new TextEncoder().encode('{"asset": {"version": "2.0"}}').buffer, 'not a GLB'],
    ['cut off', faceGlb(['jawOpen']).slice(0, -8), 'cut off'],
    ['JSON that is none', writeGlb('{'), 'damaged'],
    ['JSON that is a list', writeGlb('[]'), 'damaged'],
    ['no scene', document({}), 'no scene'],
    ['no morphs', faceGlb([]), 'neither morph targets nor a jaw bone'],
    ['names in another language', faceGlb(['Mund auf', 'Zunge']), '"mapping"'],
    ['numbers that are none', faceGlb(['jawOpen'], [0, NaN, 0, 1, 0, 0, 0, 1, 0]), 'not numbers'],
    ['an external buffer', document({ buffers: [{ uri: 'https://example.org/a.bin', byteLength: 4 }] }), 'files outside itself'],
    ['an external image', document({ images: [{ uri: '../secret.png' }] }), 'files outside itself'],
    ['Draco', document({ extensionsUsed: ['KHR_draco_mesh_compression'] }), 'Draco'],
    ['KTX2', document({ extensionsRequired: ['KHR_texture_basisu'] }), 'KTX2'],
    ['absurd counts', document({ accessors: [{ count: 4_000_000_000, type: 'VEC3', componentType: 5126 }] }), 'Reduce its polygons'],
    ['a count that is none', document({ accessors: [{ count: -1, type: 'VEC3' }] }), 'count of an accessor'],
    ['packed parts without end', document({ bufferViews: [{ buffer: 0, byteLength: 8, extensions: { EXT_meshopt_compression: { buffer: 0, byteLength: 8, byteStride: 16, count: 100_000_000, mode: 'ATTRIBUTES' } } }] }), 'packed parts'],
    ['packed parts of no size', document({ bufferViews: [{ buffer: 0, byteLength: 8, extensions: { EXT_meshopt_compression: { buffer: 0, byteLength: 8, byteStride: 16, count: '9', mode: 'ATTRIBUTES' } } }] }), 'size of a packed part'],
    ['lists without end', document({ nodes: new Array(20_001).fill({}) }), 'more than 20000 nodes'],
  ])('%s', async (_, bytes, reason) => {
    const said = await refusal(bytes);
    expect(said).toContain('unsupportedAvatarAsset');
    expect(said).toContain(reason);
  });

  it('are refused with a code wherever they are cut or changed', () => {
    const whole = new Uint8Array(faceGlb(['jawOpen']));
    fc.assert(fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, end) => {
      const damaged = whole.slice(0, end);
      if (at < end) damaged[at] = value;
      try {
        checkGlb(damaged);
      } catch (error) {
        expect(VisavisError.isInstance(error) && error.code).toBe('unsupportedAvatarAsset');
      }
    }));
  });
});

describe('shapes that pull two ways', () => {
  it('give way: a rounded mouth smiles less, a shut eye is neither wide nor squinting', () => {
    const pose = createPose();
    for (const name of ['mouthFunnel', 'mouthSmileLeft', 'eyeBlinkLeft', 'eyeWideLeft', 'eyeSquintLeft', 'mouthSmileRight'] as const) pose.weights[CHANNEL[name]] = 1;
    const shaped = new FaceShaper().shape(pose.weights);
    expect(shaped[CHANNEL.mouthSmileLeft]).toBeCloseTo(0.5);
    expect(shaped[CHANNEL.eyeWideLeft]).toBe(0);
    expect(shaped[CHANNEL.eyeSquintLeft]).toBeCloseTo(0.4);
    expect(new FaceShaper({ ...PLAIN_SHAPING, dampings: [] }).shape(pose.weights)[CHANNEL.mouthSmileLeft]).toBe(1);
    expect(STANDARD_DAMPINGS.every(({ share }) => share > 0 && share <= 1)).toBe(true);
  });
});
