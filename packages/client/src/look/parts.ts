import type { Mesh, Material } from 'three';

/**
 * What a material is on a face, told by its name: ours, Ready Player Me's (`Wolf3D_*`), VRoid's (`..._00_SKIN`),
 * Character Creator's (`Std_*`) and MetaHuman's (`MI_*`). Order matters: an eyelash is not an eye, a headband no head.
 */
const PARTS = [
  ['cloth', /outfit|cloth|shirt|tops|bottoms|trouser|shoe|foot|wear|glass|hat\b|cap\b|head(band|phone|set|gear)|jacket|accessor|armou?r\b/i],
  ['occlusion', /occl/i],
  ['tear', /tear|lacrimal|eye_?edge|eye_?wet/i],
  ['lash', /lash|eye_?line/i],
  ['brow', /brow/i],
  ['hair', /hair|beard|moustache|mustache|scalp/i],
  ['lining', /^mouthinner$/i],
  ['mouth', /mouth|teeth|tooth|tongue|gums?\b|saliva/i],
  ['cornea', /cornea|eye_?shell|eye_?highlight/i],
  ['eye', /eye(?!_?lid|_?shadow)|iris|sclera|pupil/i],
  ['skin', /skin|head|face|body|neck|torso|nail/i],
] as const;

export type Part = (typeof PARTS)[number][0] | 'other';

/** What the first name that says anything says. */
export function partOf(...names: readonly string[]): Part {
  for (const name of names) {
    const part = PARTS.find(([, pattern]) => pattern.test(name))?.[0];
    if (part) return part;
  }
  return 'other';
}

/** A material's own name goes before that of the mesh that wears it. */
export function partOfMesh(mesh: Mesh, material: Material): Part {
  return partOf(material.name, mesh.name);
}
