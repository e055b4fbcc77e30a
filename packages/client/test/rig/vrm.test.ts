import { CHANNEL, createPose, visemePose } from '@visavis/face';
import { VisavisError } from '@visavis/protocol/errors';
import { Mesh, Vector3, type Object3D } from 'three';
import { describe, expect, it } from 'vitest';
import { loadRig, type Rig } from '../../src/rig/index.js';
import { loadVrmRig } from '../../src/rig/vrm/index.js';
import { figureGlb } from './make/figure.js';
import { faceGlb } from './make/glb.js';
import { vrm0, vrm1 } from './make/vrm.js';

const VERSIONS = [['0.x', vrm0], ['1.0', () => vrm1()]] as const;

const load = (bytes: ArrayBuffer): Promise<Rig> => loadRig({ type: 'vrm', file: 'a.vrm', files: () => bytes });

const place = ({ root }: Rig, name: string): Vector3 => {
  root.updateMatrixWorld(true);
  return root.getObjectByName(name)!.getWorldPosition(new Vector3());
};

const forward = ({ root }: Rig, name: string): Vector3 => {
  root.updateMatrixWorld(true);
  const { elements } = root.getObjectByName(name)!.matrixWorld;
  return new Vector3(elements[8], elements[9], elements[10]);
};

const influencesOf = ({ root }: Rig, name: string): number[] => {
  let mesh: Object3D | undefined = root.getObjectByName(name);
  if (!(mesh instanceof Mesh)) mesh = mesh?.children.find((child) => child instanceof Mesh);
  return (mesh as Mesh).morphTargetInfluences!;
};

describe.each(VERSIONS)('a VRM %s character', (version, make) => {
  it('faces +z with its eyes at the origin and its arms down', async () => {
    const rig = await load(make());
    const [left, right, mouth] = ['leftEye', 'rightEye', 'Mouth'].map((name) => place(rig, name));
    expect(left!.clone().add(right!).length()).toBeLessThan(1e-5);
    expect(left!.x, 'its left is at +x').toBeCloseTo(0.042);
    expect(mouth!.y).toBeLessThan(-0.05);
    expect(place(rig, 'Tail0').z, 'the hair is behind').toBeLessThan(0);
    expect(place(rig, 'leftHand').y).toBeLessThan(place(rig, 'leftUpperArm').y - 0.4);
    expect(place(rig, 'leftHand').x).toBeGreaterThan(0.1);
    expect(place(rig, 'rightHand').x).toBeLessThan(-0.1);
    rig.dispose();
  });

  it('speaks with its vowels and blinks', async () => {
    const rig = await load(make());
    for (const [viseme, target] of [['aa', 0], ['ih', 1], ['ou', 2], ['E', 3], ['oh', 4]] as const) {
      rig.apply(visemePose(viseme));
      expect(influencesOf(rig, 'Mouth')[target], viseme).toBeGreaterThan(0.8);
    }
    const pose = createPose();
    pose.weights[CHANNEL.eyeBlinkLeft] = 1;
    rig.apply(pose);
    expect(influencesOf(rig, 'leftLid')[0]).toBeCloseTo(1);
    expect(influencesOf(rig, 'rightLid')[0]).toBeCloseTo(0);
    expect(influencesOf(rig, 'Mouth').every((value) => value < 0.01)).toBe(true);
    rig.dispose();
  });

  it('shows what it feels by its emotions', async () => {
    const rig = await load(make());
    const pose = createPose();
    pose.weights[CHANNEL.mouthSmileLeft] = pose.weights[CHANNEL.mouthSmileRight] = 0.5;
    rig.apply(pose);
    expect(influencesOf(rig, 'Mouth')[5]).toBeGreaterThan(0.4);
    rig.dispose();
  });

  it('turns its head to its left, nods down, and looks left and up', async () => {
    const rig = await load(make());
    const ahead = forward(rig, 'Hair').z;
    const pose = createPose();
    pose.rotation.set([0.4, 0, 0]);
    rig.apply(pose);
    expect(forward(rig, 'Hair').x * ahead).toBeCloseTo(Math.sin(0.4));
    pose.rotation.set([0, 0.3, 0]);
    rig.apply(pose);
    expect(forward(rig, 'Hair').y * ahead).toBeCloseTo(-Math.sin(0.3));
    pose.rotation.fill(0);
    for (const name of ['eyeLookOutLeft', 'eyeLookInRight', 'eyeLookUpLeft', 'eyeLookUpRight'] as const) pose.weights[CHANNEL[name]] = 0.5;
    rig.apply(pose);
    for (const eye of ['leftEye', 'rightEye']) {
      expect(forward(rig, eye).x * ahead, `${version} ${eye}`).toBeGreaterThan(0.1);
      expect(forward(rig, eye).y * ahead, `${version} ${eye}`).toBeGreaterThan(0.1);
    }
    rig.dispose();
  });

  it('swings its hair with time, by a bounded step', async () => {
    const rig = await load(make());
    const pose = createPose();
    for (let i = 0; i < 120; i++) rig.update!(16);
    const rest = place(rig, 'Tail3').x;
    pose.rotation.set([0, 0, 0.4]);
    rig.apply(pose);
    rig.update!(16);
    const first = place(rig, 'Tail3').clone();
    for (let i = 0; i < 240; i++) rig.update!(i === 0 ? 60_000 : 16);
    const settled = place(rig, 'Tail3');
    expect(settled.distanceTo(first), 'it lags behind').toBeGreaterThan(0.005);
    expect(Math.abs(settled.x - rest)).toBeLessThan(0.3);
    rig.dispose();
  });
});

describe('Perfect Sync', () => {
  it.each([['as ARKit spells', (name: string) => name], ['as many do', (name: string) => name[0]!.toUpperCase() + name.slice(1)], ['with underscores', (name: string) => name.replace(/(Left|Right)$/, (side) => `_${side[0]}`)]])('is used where it is there, spelt %s', async (_, spell) => {
    const rig = await loadVrmRig(vrm1(spell));
    expect(rig.speech).toBe('arkit');
    const pose = createPose();
    pose.weights[CHANNEL.mouthPucker] = 1;
    pose.weights[CHANNEL.mouthUpperUpLeft] = 0.5;
    rig.apply(pose);
    // Each of the 52 moves the mouth's first target by a tenth; the vowels stay away.
    expect(influencesOf(rig, 'Mouth')[0]).toBeCloseTo(0.15);
    rig.dispose();
  });
});

describe('what is no speaking VRM', () => {
  it.each([
    ['a GLB', faceGlb(['jawOpen']), 'rig type "glb"'],
    ['the figure without an extension', figureGlb(1, {}), 'rig type "glb"'],
    ['a broken extension', figureGlb(1, { extensionsUsed: ['VRMC_vrm'], extensions: { VRMC_vrm: { specVersion: '1.0', humanoid: 3 } } }), ''],
  ])('%s is refused with a code', async (_, bytes, words) => {
    const error: unknown = await load(bytes).catch((reason: unknown) => reason);
    expect(VisavisError.isInstance(error) && error.code).toBe('unsupportedAvatarAsset');
    expect(String(error)).toContain(words);
  });
});
