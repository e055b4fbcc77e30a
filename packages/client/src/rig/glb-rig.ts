import { ARKIT_NAMES, type ArkitName, type Pose } from '@visavis/face';
import type { FaceShaping } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { Box3, type Object3D } from 'three';
import { findBones } from './bones.js';
import { disposeTree } from './dispose.js';
import type { Speech, TargetMapping } from './face-plan.js';
import { parseGltf } from './gltf.js';
import { Joints } from './joints.js';
import { MorphBindings } from './morphs.js';
import type { Rig } from './rig.js';
import { FaceShaper } from './shaping.js';
import { lowerArms, putOriginBetweenEyes } from './stance.js';

/** A glTF scene with morph targets or a jaw bone that speak and, where it has them, head, neck and eye bones. */
export class GlbRig implements Rig {
  readonly root: Object3D;
  readonly bounds: Box3;
  readonly #morphs: MorphBindings;
  readonly #joints: Joints;
  readonly #shaper: FaceShaper;

  /** Takes `root` over. `shaping` says how this face differs from the ideal ARKit face, `mapping` what its targets mean. */
  static async of(root: Object3D, shaping?: FaceShaping, mapping?: TargetMapping): Promise<GlbRig> {
    return new GlbRig(root, await MorphBindings.of(root, mapping), shaping);
  }

  private constructor(root: Object3D, morphs: MorphBindings, shaping?: FaceShaping) {
    this.root = root;
    const bones = findBones(root);
    lowerArms(root, bones);
    // Skinned meshes measure themselves by where their bones are, which this brings up to date.
    putOriginBetweenEyes(root, bones);
    this.bounds = new Box3().setFromObject(root);
    this.#morphs = morphs;
    this.#joints = new Joints(root, bones);
    this.#shaper = new FaceShaper(shaping);
  }

  /** ARKit names that move at least one mesh. */
  get boundNames(): ReadonlySet<ArkitName> {
    return new Set(this.#morphs.face.plan.weights.map((index) => ARKIT_NAMES[index]!));
  }

  /** Morph targets of all meshes, known or not. */
  get targetCount(): number {
    return this.#morphs.targetCount;
  }

  /** How the mouth is moved: by ARKit's shapes, by visemes, by the jaw only, or not at all. */
  get speech(): Speech {
    const { speech } = this.#morphs.face.plan;
    return speech === 'none' && this.#joints.hasJaw ? 'jaw' : speech;
  }

  apply(pose: Pose): void {
    this.#morphs.apply(this.#shaper.shape(pose.weights));
    this.#joints.apply(pose);
    const { plan, aperture } = this.#morphs.face;
    if (plan.speech === 'none') this.#joints.openJaw(aperture);
  }

  dispose(): void {
    this.root.removeFromParent();
    disposeTree(this.root);
  }
}

/**
 * Builds a rig from the bytes of a GLB file, which are copied where kept. The file may not refer to anything outside itself.
 * Rejects with `unsupportedAvatarAsset` where it cannot be read or has nothing to speak with.
 */
export async function loadGlbRig(bytes: ArrayBuffer, shaping?: FaceShaping, mapping?: TargetMapping): Promise<GlbRig> {
  const rig = await GlbRig.of((await parseGltf(bytes)).scene, shaping, mapping);
  if (rig.speech !== 'none') return rig;
  rig.dispose();
  throw new VisavisError('unsupportedAvatarAsset', rig.targetCount > 0
    ? `None of the avatar's ${rig.targetCount} morph targets has a name that opens a mouth; export it with ARKit names or visemes, or say in the manifest's "mapping" what its targets mean.`
    : 'The avatar has neither morph targets nor a jaw bone; export it with ARKit blendshapes.');
}
