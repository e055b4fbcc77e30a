import { DoubleSide, FrontSide, Mesh, MeshPhysicalMaterial, MeshStandardMaterial, type Material, type Object3D } from 'three';
import { HAIR_PATCHES, patchShader, SKIN_PATCHES, SOFT_SHADOW_PATCHES } from './patches.js';
import type { QualityLevel } from './quality.js';

/** What a material is on a face, told by its name. Order matters: an eyelash is not an eye. */
const PARTS = [
  ['occlusion', /occl/i],
  ['lash', /lash/i],
  ['brow', /brow/i],
  ['hair', /hair|beard/i],
  ['lining', /^mouthinner$/i],
  ['mouth', /mouth|teeth|tongue|gum/i],
  ['eye', /eye|iris|cornea/i],
  ['skin', /skin|head|face|body/i],
] as const;

type Part = (typeof PARTS)[number][0] | 'other';

export function partOf(materialName: string): Part {
  return PARTS.find(([, pattern]) => pattern.test(materialName))?.[0] ?? 'other';
}

/** Thin layers over the face are drawn after it, in this order, and never write depth. */
const OVERLAY_ORDER: Partial<Record<Part, number>> = { hair: 2, occlusion: 4, brow: 5, lash: 6 };

/** Too thin or too deep to throw a shadow that is seen as one. */
const CASTS_NONE: ReadonlySet<Part> = new Set(['occlusion', 'lash', 'brow', 'eye', 'lining', 'mouth']);
const RECEIVES_NONE: ReadonlySet<Part> = new Set(['occlusion', 'lash', 'brow', 'eye']);

/** Roughness of the cornea: wet, so that the studio's boxes are mirrored as catchlights. */
const CORNEA_ROUGHNESS = 0.04;

/** Gives every mesh below `root` the look of what it is: skin, hair, eyes, lashes, cloth. */
export function dress(root: Object3D, quality: QualityLevel): void {
  root.traverse((node) => {
    if (!(node instanceof Mesh)) return;
    // Morphs and skinning move vertices out of the resting bounds that culling would test.
    node.frustumCulled = false;
    for (const material of [node.material].flat() as Material[]) dressMesh(node, material, quality);
  });
}

function dressMesh(mesh: Mesh, material: Material, quality: QualityLevel): void {
  const part = partOf(material.name);
  mesh.castShadow = !CASTS_NONE.has(part) && (part !== 'hair' || quality.hairShadow);
  mesh.receiveShadow = !RECEIVES_NONE.has(part);
  mesh.renderOrder = OVERLAY_ORDER[part] ?? 0;
  if (part === 'occlusion' || part === 'lash' || part === 'brow') material.depthWrite = false;
  if (!(material instanceof MeshStandardMaterial)) return;
  if (material.map) material.map.anisotropy = quality.anisotropy;
  if (material.normalMap) material.normalMap.anisotropy = quality.anisotropy;
  FINISH[part](material);
}

const FINISH: Readonly<Record<Part, (material: MeshStandardMaterial) => void>> = {
  skin(material) {
    patchShader(material, 'visavis-skin', SKIN_PATCHES);
  },
  hair(material) {
    material.side = DoubleSide;
    patchShader(material, 'visavis-hair', [...HAIR_PATCHES, ...SOFT_SHADOW_PATCHES]);
  },
  eye(material) {
    if (material instanceof MeshPhysicalMaterial) material.clearcoatRoughness = CORNEA_ROUGHNESS;
  },
  lash(material) {
    material.color.multiplyScalar(0.12);
  },
  brow() {
    // As the artist made it.
  },
  occlusion() {
    // As the artist made it.
  },
  lining(material) {
    // Its outside lies just under the skin and would show as dark specks through the hairline gaps between triangles.
    material.side = FrontSide;
    softShadowed(material);
  },
  mouth: softShadowed,
  other: softShadowed,
};

function softShadowed(material: MeshStandardMaterial): void {
  patchShader(material, 'visavis-soft', SOFT_SHADOW_PATCHES);
}
