import { CHANNEL, createPose } from '@visavis/face';
import fc from 'fast-check';
import { Bone, Group, Object3D, Quaternion, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { findBones } from './bones.js';
import { Joints } from './joints.js';

function bone(name: string, turn: Quaternion, ...children: Object3D[]): Bone {
  const made = new Bone();
  made.name = name;
  made.quaternion.copy(turn);
  return children.length > 0 ? (made.add(...children), made) : made;
}

/** Puts `mark` under `node` so that at rest it is seen from there along the avatar's z axis. */
function ahead(root: Object3D, node: Object3D): Object3D {
  root.updateMatrixWorld(true);
  const mark = new Object3D();
  mark.position.copy(node.worldToLocal(node.getWorldPosition(new Vector3()).add(new Vector3(0, 0, 1))));
  node.add(mark);
  return mark;
}

const QUATERNION = fc.tuple(...[0, 1, 2, 3].map(() => fc.double({ min: -1, max: 1, noNaN: true })))
  .map((parts) => new Quaternion(...(parts as [number, number, number, number])))
  .filter((turn) => turn.length() > 0.1)
  .map((turn) => turn.normalize());

const seenFrom = (root: Object3D, node: Object3D, mark: Object3D): Vector3 => {
  root.updateMatrixWorld(true);
  return mark.getWorldPosition(new Vector3()).sub(node.getWorldPosition(new Vector3()));
};

describe('Joints', () => {
  it('turn in the axes of the avatar, however the bones lie at rest', () => {
    fc.assert(fc.property(QUATERNION, QUATERNION, QUATERNION, (outer, inner, last) => {
      const eye = bone('LeftEye', last);
      const head = bone('mixamorigHead', inner, eye);
      const armature = bone('Armature', outer, bone('Neck', last, head));
      armature.scale.setScalar(0.01);
      const root = new Group().add(armature);
      const marks = [ahead(root, head), ahead(root, eye)] as const;
      const joints = new Joints(root);
      const pose = createPose();
      pose.rotation.set([0.5, 0, 0]);
      joints.apply(pose);
      const nose = seenFrom(root, head, marks[0]);
      expect(nose.x).toBeCloseTo(Math.sin(0.5), 4);
      expect(nose.y).toBeCloseTo(0, 4);
      pose.rotation.fill(0);
      pose.weights[CHANNEL.eyeLookUpLeft] = 1;
      joints.apply(pose);
      const gaze = seenFrom(root, eye, marks[1]);
      expect(gaze.y).toBeCloseTo(Math.sin((25 * Math.PI) / 180), 4);
      expect(gaze.x).toBeCloseTo(0, 4);
    }), { numRuns: 50 });
  });

  it('shift in metres of the avatar, through scaled and turned parents', () => {
    const head = bone('Head', new Quaternion());
    const armature = bone('Armature', new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), -Math.PI / 2), head);
    armature.scale.setScalar(0.01);
    const root = new Group().add(armature);
    root.updateMatrixWorld(true);
    const joints = new Joints(root);
    const pose = createPose();
    pose.translation.set([0.01, 0.02, 0.03]);
    joints.apply(pose);
    root.updateMatrixWorld(true);
    const { x, y, z } = head.getWorldPosition(new Vector3());
    expect([x, y, z].map((value) => Number(value.toFixed(6)))).toEqual([0.01, 0.02, 0.03]);
  });

  it('turn all of an avatar that has no bones', () => {
    const root = new Group();
    root.updateMatrixWorld(true);
    const pose = createPose();
    pose.rotation.set([0.4, 0, 0]);
    new Joints(root).apply(pose);
    expect(new Vector3(0, 0, 1).applyQuaternion(root.quaternion).x).toBeCloseTo(Math.sin(0.4));
  });

  it('drop the jaw: the chin goes down and back', () => {
    const jaw = bone('CC_Base_JawRoot', new Quaternion().setFromAxisAngle(new Vector3(0.3, 1, 0.2).normalize(), 2));
    const root = new Group().add(jaw);
    const chin = ahead(root, jaw);
    const joints = new Joints(root);
    expect(joints.hasJaw).toBe(true);
    joints.openJaw(1);
    expect(seenFrom(root, jaw, chin).y).toBeLessThan(-0.3);
  });
});

describe('findBones', () => {
  it.each([
    ['mixamorig:Head', 'head'], ['mixamorigHead', 'head'], ['J_Bip_C_Head', 'head'], ['CC_Base_Head', 'head'], ['Bip01_Head', 'head'], ['DEF-head', 'head'],
    ['neck_01', 'neck'], ['J_Bip_C_Neck', 'neck'], ['Bip001_Neck', 'neck'], ['LeftEye', 'leftEye'], ['EyeLeft', 'leftEye'], ['CC_Base_L_Eye', 'leftEye'],
    ['J_Adj_L_FaceEye', 'leftEye'], ['eyeL', 'leftEye'], ['FACIAL_R_Eye', 'rightEye'], ['RightEye', 'rightEye'], ['eye.R', 'rightEye'], ['Jaw', 'jaw'], ['FACIAL_C_Jaw', 'jaw'], ['lowerJaw', 'jaw'],
  ] as const)('knows %s as %s', (name, part) => {
    expect(Object.keys(findBones(new Group().add(bone(name, new Quaternion()))))).toEqual([part]);
  });

  it.each(['HeadTop_End', 'Head_end', 'Eyelash_L', 'LeftEyebrow', 'Teeth', 'Headphones'])('leaves %s alone', (name) => {
    expect(findBones(new Group().add(bone(name, new Quaternion())))).toEqual({});
  });

  it('prefers a bone to a node of the same name', () => {
    const node = new Object3D();
    node.name = 'Head';
    const wanted = bone('head', new Quaternion());
    expect(findBones(new Group().add(node, wanted)).head).toBe(wanted);
  });
});
