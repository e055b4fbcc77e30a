import type { ArkitName, Pose } from '@visavis/face';
import type { FaceShaping } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { Box3, Vector3, type Object3D } from 'three';
import { findBones, type Bones } from './bones.js';
import { disposeTree } from './dispose.js';
import type { Speech, TargetMapping } from './face-plan.js';
import { parseGltf } from './gltf.js';
import { Joints } from './joints.js';
import { MorphBindings } from './morphs.js';
import type { Rig } from './rig.js';
import { FaceShaper } from './shaping.js';

/** An origin further from the eyes than this is somewhere else by intent: at the feet, as a rule. In metres. */
const EYES_NEAR = 0.1;
/** The same for a head without eye bones, whose eyes can only be guessed. */
const HEAD_NEAR = 0.3;
/** Where an adult's eyes are from the joint at the top of the spine, in metres. */
const EYES_FROM_HEAD = new Vector3(0, 0.08, 0.08);

/** A glTF scene with morph targets or a jaw bone that speak and, where it has them, head, neck and eye bones. */
export class GlbRig implements Rig {
  readonly root: Object3D;
  readonly bounds: Box3;
  readonly #morphs: MorphBindings;
  readonly #joints: Joints;
  readonly #shaper: FaceShaper;

  /** Takes `root` over. `shaping` says how this face differs from the ideal ARKit face, `mapping` what its targets mean. */
  constructor(root: Object3D, shaping?: FaceShaping, mapping?: TargetMapping) {
    this.root = root;
    const bones = findBones(root);
    putOriginBetweenEyes(root, bones);
    // Skinned meshes measure themselves by where their bones are.
    root.updateMatrixWorld(true);
    this.bounds = new Box3().setFromObject(root);
    this.#morphs = new MorphBindings(root, mapping);
    this.#joints = new Joints(root, bones);
    this.#shaper = new FaceShaper(shaping);
  }

  /** ARKit names that move at least one mesh. */
  get boundNames(): ReadonlySet<ArkitName> {
    return this.#morphs.names;
  }

  /** Morph targets of all meshes, known or not. */
  get targetCount(): number {
    return this.#morphs.targetCount;
  }

  /** How the mouth is moved: by ARKit's shapes, by visemes, by the jaw only, or not at all. */
  get speech(): Speech {
    return this.#morphs.speech === 'none' && this.#joints.hasJaw ? 'jaw' : this.#morphs.speech;
  }

  apply(pose: Pose): void {
    this.#morphs.apply(this.#shaper.shape(pose.weights));
    this.#joints.apply(pose);
    if (this.#morphs.speech === 'none') this.#joints.openJaw(this.#morphs.aperture);
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
  const rig = new GlbRig((await parseGltf(bytes)).scene, shaping, mapping);
  if (rig.speech !== 'none') return rig;
  rig.dispose();
  throw new VisavisError('unsupportedAvatarAsset', rig.targetCount > 0
    ? `None of the avatar's ${rig.targetCount} morph targets has a name that opens a mouth; export it with ARKit names or visemes, or say in the manifest's "mapping" what its targets mean.`
    : 'The avatar has neither morph targets nor a jaw bone; export it with ARKit blendshapes.');
}

/** Moves the whole avatar so that the middle of its eyes is the origin, unless it is near there already. */
function putOriginBetweenEyes(root: Object3D, { leftEye, rightEye, head }: Bones): void {
  root.updateMatrixWorld(true);
  const place = new Vector3();
  if (leftEye && rightEye) {
    leftEye.getWorldPosition(place).lerp(rightEye.getWorldPosition(new Vector3()), 0.5);
    if (place.length() > EYES_NEAR) root.position.sub(place);
  } else if (head?.getWorldPosition(place) && place.length() > HEAD_NEAR) {
    root.position.sub(place.add(EYES_FROM_HEAD));
  }
}
