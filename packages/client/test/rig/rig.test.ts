import { ARKIT_NAMES, CHANNEL, createPose } from '@visavis/face';
import fc from 'fast-check';
import { BufferGeometry, Group, Mesh, MeshBasicMaterial, Object3D, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { weightIndexOf } from '../../src/rig/aliases.js';
import { GlbRig } from '../../src/rig/glb-rig.js';
import { FaceShaper } from '../../src/rig/shaping.js';

const PLAIN = { gains: {}, ceilings: {}, couplings: [] };

function nodeNamed(name: string, ...children: Object3D[]): Object3D {
  const node = new Object3D();
  node.name = name;
  return children.length > 0 ? node.add(...children) : node;
}

function meshWith(...targets: string[]): Mesh {
  const mesh = new Mesh(new BufferGeometry(), new MeshBasicMaterial());
  mesh.morphTargetDictionary = Object.fromEntries(targets.map((name, i) => [name, i]));
  mesh.morphTargetInfluences = targets.map(() => 0);
  return mesh;
}

describe('names of morph targets', () => {
  it.each([
    ['JawOpen', 'jawOpen'], ['eyeBlink_L', 'eyeBlinkLeft'], ['eyeBlink_R', 'eyeBlinkRight'], ['mouthSmileL', 'mouthSmileLeft'],
    ['browDown.R', 'browDownRight'], ['face.mouthPucker', 'mouthPucker'], ['eye_look_in_left', 'eyeLookInLeft'], ['mouth_L', 'mouthLeft'],
  ] as const)('%s means %s', (alias, name) => {
    expect(weightIndexOf(alias)).toBe(CHANNEL[name]);
  });

  it('know every ARKit name and no other', () => {
    expect(ARKIT_NAMES.map(weightIndexOf)).toEqual(ARKIT_NAMES.map((_, i) => i));
    for (const name of ['', '_neutral', 'viseme_aa', 'toString', 'L']) expect(weightIndexOf(name)).toBe(-1);
  });
});

describe('FaceShaper', () => {
  it('keeps weights in range, mouthClose within jawOpen and ceilings unreached', () => {
    const shaper = new FaceShaper({ gains: { jawOpen: 2 }, ceilings: { mouthSmileLeft: 0.6 }, couplings: [] });
    const weights = fc.array(fc.oneof(fc.double({ min: -1, max: 2 }), fc.constant(NaN)), { minLength: 52, maxLength: 52 });
    fc.assert(fc.property(weights, (values) => {
      const shaped = shaper.shape(Float32Array.from(values));
      return shaped.every((value) => value >= 0 && value <= 1)
        && shaped[CHANNEL.mouthClose]! <= shaped[CHANNEL.jawOpen]!
        && shaped[CHANNEL.mouthSmileLeft]! <= 0.6;
    }));
  });

  it('lifts the cheek with the smile and keeps a stronger cheek', () => {
    const shaper = new FaceShaper({ ...PLAIN, couplings: [{ from: 'mouthSmileLeft', to: 'cheekSquintLeft', gain: 0.5 }] });
    const { weights } = createPose();
    weights[CHANNEL.mouthSmileLeft] = 0.8;
    expect(shaper.shape(weights)[CHANNEL.cheekSquintLeft]).toBeCloseTo(0.4);
    weights[CHANNEL.cheekSquintLeft] = 0.9;
    expect(shaper.shape(weights)[CHANNEL.cheekSquintLeft]).toBeCloseTo(0.9);
  });
});

describe('GlbRig', () => {
  it('drives each mesh by the names it has', async () => {
    const face = meshWith('mouthPucker', 'JawOpen', 'smirk');
    const teeth = meshWith('jawOpen');
    const rig = await GlbRig.of(new Group().add(face, teeth));
    const pose = createPose();
    pose.weights[CHANNEL.jawOpen] = 0.5;
    rig.apply(pose);
    expect(face.morphTargetInfluences).toEqual([0, 0.5, 0]);
    expect(teeth.morphTargetInfluences).toEqual([0.5]);
    expect([...rig.boundNames].sort()).toEqual(['jawOpen', 'mouthPucker']);
  });

  it('turns the head as the channels say: yaw to the left, pitch down, roll to the right', async () => {
    const nose = new Object3D();
    nose.position.z = 1;
    const crown = new Object3D();
    crown.position.y = 1;
    const root = new Group().add(nodeNamed('Neck', nodeNamed('Head', nose, crown)));
    const rig = await GlbRig.of(root);
    const place = (node: Object3D, channel: 'headYaw' | 'headPitch' | 'headRoll'): Vector3 => {
      const pose = createPose();
      pose.values[CHANNEL[channel]] = 0.3;
      rig.apply(pose);
      root.updateMatrixWorld(true);
      return node.getWorldPosition(new Vector3());
    };
    expect(place(nose, 'headYaw').x).toBeCloseTo(Math.sin(0.3), 5);
    expect(place(nose, 'headPitch').y).toBeCloseTo(-Math.sin(0.3), 5);
    expect(place(crown, 'headRoll').x).toBeCloseTo(-Math.sin(0.3), 5);
  });

  it('turns both eyes to the left and up with the gaze weights', async () => {
    const ends = ['EyeLeft', 'EyeRight'].map((name) => {
      const end = new Object3D();
      end.position.z = 1;
      return { name, end };
    });
    const root = new Group().add(...ends.map(({ name, end }) => nodeNamed(name, end)));
    const pose = createPose();
    for (const name of ['eyeLookOutLeft', 'eyeLookInRight', 'eyeLookUpLeft', 'eyeLookUpRight'] as const) pose.weights[CHANNEL[name]] = 0.5;
    (await GlbRig.of(root)).apply(pose);
    root.updateMatrixWorld(true);
    for (const { end } of ends) {
      const place = end.getWorldPosition(new Vector3());
      expect(place.x).toBeGreaterThan(0.2);
      expect(place.y).toBeGreaterThan(0.15);
    }
  });
});
