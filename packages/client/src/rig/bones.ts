/** Finds the nodes of a skeleton that a face needs, by the names that exporters give them. */
import { SkinnedMesh, type Object3D } from 'three';

export type BoneName = 'head' | 'neck' | 'leftEye' | 'rightEye' | 'jaw' | `${'left' | 'right'}${'Arm' | 'Forearm' | 'Hand'}`;

export type Bones = Readonly<Partial<Record<BoneName, Object3D>>>;

/** What Mixamo, VRoid, Character Creator, 3ds Max Biped, Rigify, MetaHuman and others put before a bone's own name. */
const PREFIX = /^(mixamorig\d*|jbipc|jbip|jadj|jsec|ccbase|bip0*1?|biped|def|org|facial|genesis\d*|rig(?!ht)|armature|character\d*ctrl)(?=.)/;

/** Names without case, separators and prefix. */
const NAMES: Readonly<Record<BoneName, RegExp>> = {
  head: /^c?head(0*1)?$/,
  neck: /^c?neck(0*1|lower)?$/,
  jaw: /^c?(lower)?jaw(0*1|root|bone|master)?$/,
  leftEye: /^(left|l)(face)?eye(ball)?(joint)?$|^(face)?eye(ball)?(left|l)$/,
  rightEye: /^(right|r)(face)?eye(ball)?(joint)?$|^(face)?eye(ball)?(right|r)$/,
  leftArm: /^(left|l)(upper)?arm$|^upperarm(left|l)$/,
  rightArm: /^(right|r)(upper)?arm$|^upperarm(right|r)$/,
  leftForearm: /^(left|l)(fore|lower)arm$|^(fore|lower)arm(left|l)$/,
  rightForearm: /^(right|r)(fore|lower)arm$|^(fore|lower)arm(right|r)$/,
  leftHand: /^(left|l)hand$|^hand(left|l)$/,
  rightHand: /^(right|r)hand$|^hand(right|r)$/,
};

/** The first of each from the root down; a bone is preferred to a node that only has the name. */
export function findBones(root: Object3D): Bones {
  const found: Partial<Record<BoneName, Object3D>> = {};
  root.traverse((node) => {
    // A skinned mesh is where its bones are, whatever its own node does.
    if (node instanceof SkinnedMesh) return;
    const key = keyOf(node.name);
    for (const name of Object.keys(NAMES) as BoneName[]) {
      if (NAMES[name].test(key) && (!found[name] || (isBone(node) && !isBone(found[name])))) found[name] = node;
    }
  });
  return found;
}

function keyOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '').replace(PREFIX, '');
}

function isBone(node: Object3D): boolean {
  return (node as { isBone?: boolean }).isBone === true;
}

/** The bone that a node's name stands for. */
export function boneOf(nodeName: string): BoneName | undefined {
  const key = keyOf(nodeName);
  return (Object.keys(NAMES) as BoneName[]).find((name) => NAMES[name].test(key));
}
