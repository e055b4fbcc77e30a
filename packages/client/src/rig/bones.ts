/** Finds the nodes of a skeleton that a face needs, by the names that exporters give them. */
import { SkinnedMesh, type Object3D } from 'three';

export type BoneName = 'head' | 'neck' | 'leftEye' | 'rightEye' | 'jaw';

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
