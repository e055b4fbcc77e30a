/** Finds the nodes of a skeleton that a face needs. */
import { SkinnedMesh, type Object3D } from 'three';
import { boneOf, type BoneName } from './bone-names.js';

export type { BoneName };
export type Bones = Readonly<Partial<Record<BoneName, Object3D>>>;

/** The first of each from the root down; a bone is preferred to a node that only has the name. */
export function findBones(root: Object3D): Bones {
  const found: Partial<Record<BoneName, Object3D>> = {};
  root.traverse((node) => {
    // A skinned mesh is where its bones are, whatever its own node does.
    const name = node instanceof SkinnedMesh ? undefined : boneOf(node.name);
    if (name && (!found[name] || (isBone(node) && !isBone(found[name])))) found[name] = node;
  });
  return found;
}

function isBone(node: Object3D): boolean {
  return (node as { isBone?: boolean }).isBone === true;
}
