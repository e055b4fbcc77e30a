import { DoubleSide, FrontSide, Mesh, MeshBasicMaterial, MeshPhysicalMaterial, MeshStandardMaterial, type Material, type Object3D, type Texture } from 'three';
import { measureEye } from './eyeball.js';
import { drawFromInside, traceStrands } from './hair-geometry.js';
import { mergeRigid } from './merge.js';
import { partOfMesh, type Part } from './parts.js';
import { pause } from './pause.js';
import {
  eyePatch, HAIR_PATCH, patchShader, PLAIN_HAIR_PATCH, PLAIN_SKIN_PATCH, SKIN_PATCH, SOFT_PATCH, TEAR_PATCH, type ShaderPatch,
} from './patches.js';
import type { QualityLevel } from './quality.js';

/** Thin layers over the face are drawn after it, in this order. */
const ORDER: Partial<Record<Part, number>> = { hair: 2, occlusion: 4, tear: 5, brow: 6, lash: 7 };
/** Down and fly-aways over the hair: blended as they are, without depth or shadow. */
const SOFT_HAIR_ORDER = 3;
/** Lies on what is below it and writes no depth. */
const OVERLAYS: ReadonlySet<Part> = new Set(['occlusion', 'tear', 'brow', 'lash']);
/** Too thin or too deep to throw a shadow that is seen as one. */
const CASTS_NONE: ReadonlySet<Part> = new Set(['occlusion', 'tear', 'lash', 'brow', 'eye', 'cornea', 'lining', 'mouth']);
const RECEIVES_NONE: ReadonlySet<Part> = new Set(['occlusion', 'tear', 'lash', 'brow', 'cornea']);

/** Wet: the surroundings are mirrored as catchlights. */
const WET_ROUGHNESS = 0.04;
/** Of an eye that has no clear coat. */
const GLOSSY_ROUGHNESS = 0.12;
/** A vendor's glass over the eye, without the second drawing of the scene that transmission costs. */
const CORNEA_OPACITY = 0.12;
const LASH_DARKENING = 0.12;

/** One mesh that we dress, and its material. */
interface Dressed {
  readonly mesh: Mesh;
  readonly material: MeshStandardMaterial;
  readonly part: Part;
  /** The shader for a quality; nothing where the material keeps its own. */
  readonly patch: (fine: boolean) => ShaderPatch;
}

/**
 * Gives everything below a root the look of what it is: skin, hair, eyes, lashes, cloth. Materials that are no standard
 * ones (unlit, cartoon, splats) stay as their makers left them.
 */
export class Costume {
  readonly #dressed: readonly Dressed[];

  private constructor(dressed: readonly Dressed[]) {
    this.#dressed = dressed;
  }

  /** In several tasks, for geometries are measured, joined and sorted. */
  static async of(root: Object3D): Promise<Costume> {
    const eyes = measureEyes(root);
    await pause();
    mergeRigid(root);
    const meshes: Mesh[] = [];
    root.traverse((node) => { if (node instanceof Mesh) meshes.push(node); });
    const dressed: Dressed[] = [];
    for (const mesh of meshes) {
      await pause();
      // Morphs and skinning move vertices out of the resting bounds that culling would test.
      mesh.frustumCulled = false;
      for (const material of [mesh.material].flat() as Material[]) dressed.push(...dress(mesh, material, eyes));
    }
    return new Costume(dressed);
  }

  /** Takes shaders, shadows and textures to `quality`. */
  fit(quality: QualityLevel): void {
    for (const { mesh, material, part, patch } of this.#dressed) {
      if (part === 'hair') mesh.castShadow = quality.hairShadow && material.depthWrite;
      Object.assign((material.defines ??= {}), { SHADOW_TAPS: quality.shadowTaps });
      patchShader(material, patch(quality.fineShading));
      for (const texture of [material.map, material.normalMap]) sharpen(texture, quality.anisotropy);
    }
  }
}

type EyePatches = ReadonlyMap<Material, ShaderPatch>;

/** Measures eyeballs before they are merged: one patch for each eye material whose layout the shader knows. */
function measureEyes(root: Object3D): EyePatches {
  const patches = new Map<Material, ShaderPatch>();
  root.traverse((node) => {
    if (!(node instanceof Mesh) || !(node.material instanceof MeshPhysicalMaterial)) return;
    // The shader needs the texture and the clear coat that it works on.
    if (!node.material.map || node.material.clearcoat === 0 || partOfMesh(node, node.material) !== 'eye') return;
    const measures = measureEye(node.geometry, node.material.userData['irisAngle']);
    if (measures) patches.set(node.material, eyePatch(measures));
  });
  return patches;
}

function dress(mesh: Mesh, material: Material, eyes: EyePatches): Dressed[] {
  const part = partOfMesh(mesh, material);
  if (part === 'occlusion' && material.transparent) mesh.renderOrder = ORDER[part]!;
  if (part === 'occlusion' || part === 'lash' || part === 'brow') overlay(material);
  if (part === 'occlusion' && material instanceof MeshBasicMaterial && mesh.geometry.hasAttribute('uv')) patchShader(material, TEAR_PATCH);
  if (!(material instanceof MeshStandardMaterial)) return [];
  mesh.castShadow = !CASTS_NONE.has(part);
  mesh.receiveShadow = !RECEIVES_NONE.has(part);
  mesh.renderOrder = ORDER[part] ?? 0;
  if (OVERLAYS.has(part)) overlay(material);
  const patch = FINISH[part]?.(material, mesh, eyes) ?? (() => SOFT_PATCH);
  return [{ mesh, material, part, patch }];
}

function overlay(material: Material): void {
  material.depthWrite = false;
  // Drawn once, not back faces and then front faces; and in front of the skin that it lies on.
  material.forceSinglePass = true;
  Object.assign(material, { polygonOffset: true, polygonOffsetFactor: -1, polygonOffsetUnits: -4 });
}

type Finish = (material: MeshStandardMaterial, mesh: Mesh, eyes: EyePatches) => Dressed['patch'] | undefined;

const FINISH: Readonly<Partial<Record<Part, Finish>>> = {
  skin(material) {
    // Only our baker keeps thinness where others keep metalness.
    if (material.name === 'Skin' && material.metalness === 0) (material.defines ??= {})['SKIN_THICKNESS'] = '';
    return (fine) => (fine ? SKIN_PATCH : PLAIN_SKIN_PATCH);
  },
  hair(material, mesh) {
    if (!material.map || !(material.alphaTest > 0 || material.transparent)) return undefined;
    const soft = /soft/i.test(material.name);
    material.side = DoubleSide;
    material.transparent = material.forceSinglePass = true;
    material.depthWrite = !soft;
    if (soft) Object.assign(mesh, { castShadow: false, renderOrder: SOFT_HAIR_ORDER });
    else material.alphaTest ||= 0.4;
    drawFromInside(mesh.geometry);
    traceStrands(mesh.geometry);
    return (fine) => (fine ? HAIR_PATCH : PLAIN_HAIR_PATCH);
  },
  eye(material, _mesh, eyes) {
    if (material instanceof MeshPhysicalMaterial && material.clearcoat > 0) material.clearcoatRoughness = WET_ROUGHNESS;
    else material.roughness = Math.min(material.roughness, GLOSSY_ROUGHNESS);
    // At every quality: an eye covers few pixels and is looked at first.
    const patch = eyes.get(material);
    return patch && (() => patch);
  },
  cornea(material) {
    if (!(material instanceof MeshPhysicalMaterial) || material.transmission === 0) return undefined;
    Object.assign(material, { transmission: 0, transparent: true, opacity: CORNEA_OPACITY, depthWrite: false });
    material.roughness = WET_ROUGHNESS;
    return undefined;
  },
  lash(material) {
    material.color.multiplyScalar(LASH_DARKENING);
    return undefined;
  },
  lining(material) {
    // Its outside lies just under the skin.
    material.side = FrontSide;
    behindSkin(material);
    return undefined;
  },
  mouth(material) {
    behindSkin(material);
    return undefined;
  },
};

/**
 * A triangle seen edge-on and narrower than a pixel gets its depth wrong by as much as it goes back within that pixel, and
 * shows as a dark speck on the cheek before it. It is drawn that much further back.
 */
function behindSkin(material: Material): void {
  Object.assign(material, { polygonOffset: true, polygonOffsetFactor: 1, polygonOffsetUnits: 0 });
}

function sharpen(texture: Texture | null, anisotropy: number): void {
  if (!texture || texture.anisotropy === anisotropy) return;
  texture.anisotropy = anisotropy;
  texture.needsUpdate = true;
}
