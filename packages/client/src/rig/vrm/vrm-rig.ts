import { GAZE_RANGE_DEG, readGaze, type Gaze, type Pose } from '@visavis/face';
import type { FaceShaping } from '@visavis/protocol/avatar';
import { VisavisError } from '@visavis/protocol/errors';
import { VRMLoaderPlugin } from '@pixiv/three-vrm';
import { Box3, Group, Vector3, type Object3D } from 'three';
import type { BoneName, Bones } from '../bones.js';
import { disposeTree } from '../dispose.js';
import type { Speech, TargetMapping } from '../face-plan.js';
import { parseGltf } from '../gltf.js';
import { Joints } from '../joints.js';
import type { Rig } from '../rig.js';
import { FaceShaper } from '../shaping.js';
import { lowerArms, putOriginBetweenEyes } from '../stance.js';
import type { Character } from './character.js';
import { Expressions } from './expressions.js';

/** Longest step of springs in milliseconds: a page that slept must not throw hair about. */
const MAX_STEP_MS = 50;

/** Where characters stop turning their eyes: the input at which the ranges of a VRM end, as a rule. */
const LOOK_RANGE_DEG = 90;

const BONES: Readonly<Record<BoneName, string>> = {
  head: 'head', neck: 'neck', jaw: 'jaw', leftEye: 'leftEye', rightEye: 'rightEye',
  leftArm: 'leftUpperArm', rightArm: 'rightUpperArm', leftForearm: 'leftLowerArm', rightForearm: 'rightLowerArm',
  leftHand: 'leftHand', rightHand: 'rightHand',
};

/** A VRM 0.x or 1.0 character, turned to +z, its arms lowered. Springs move with `update`. */
export class VrmRig implements Rig {
  readonly root: Object3D = new Group();
  readonly bounds: Box3;
  readonly #vrm: Character;
  readonly #expressions: Expressions | undefined;
  readonly #joints: Joints;
  readonly #shaper: FaceShaper;
  readonly #left: Gaze = { yaw: 0, pitch: 0 };
  readonly #right: Gaze = { yaw: 0, pitch: 0 };

  /** Takes `vrm` over. */
  constructor(vrm: Character, shaping?: FaceShaping, mapping?: TargetMapping) {
    this.#vrm = vrm;
    // VRM 0 faces -z.
    if (vrm.meta.metaVersion === '0') vrm.scene.rotation.y = Math.PI;
    this.root.add(vrm.scene);
    const bones = bonesOf(vrm);
    // This rig turns the bones of the file themselves, not the copies at a common rest that animations of any character need.
    vrm.humanoid.autoUpdateHumanBones = false;
    lowerArms(this.root, bones);
    putOriginBetweenEyes(this.root, bones, eyesOf(vrm, bones));
    this.bounds = new Box3().setFromObject(this.root);
    this.#expressions = vrm.expressionManager && new Expressions(vrm.expressionManager, mapping);
    // The file has its own word on how eyes turn.
    this.#joints = new Joints(this.root, bonesOf(vrm, ['head', 'neck', 'jaw']));
    this.#shaper = new FaceShaper(shaping);
    vrm.springBoneManager?.setInitState();
  }

  /** How the mouth is moved: by all shapes (Perfect Sync), by vowels, by the jaw only, or not at all. */
  get speech(): Speech {
    const speech = this.#expressions?.signals.plan.speech ?? 'none';
    return speech === 'none' && this.#joints.hasJaw ? 'jaw' : speech;
  }

  apply(pose: Pose): void {
    const { expressionManager } = this.#vrm;
    this.#expressions?.apply(this.#shaper.shape(pose.weights));
    this.#joints.apply(pose);
    this.#look(pose.values);
    expressionManager?.update();
  }

  /** Springs, constraints and materials that move with time. */
  update(deltaMs: number): void {
    const seconds = Math.min(MAX_STEP_MS, Math.max(0, deltaMs)) / 1_000;
    const { nodeConstraintManager, springBoneManager, materials } = this.#vrm;
    nodeConstraintManager?.update();
    springBoneManager?.update(seconds);
    for (let i = 0; i < (materials?.length ?? 0); i++) materials![i]!.update?.(seconds);
  }

  dispose(): void {
    this.root.removeFromParent();
    disposeTree(this.root);
  }

  #look(values: Float32Array): void {
    if (this.#expressions?.turnsEyes) return;
    readGaze(values, 'left', this.#left);
    readGaze(values, 'right', this.#right);
    const yaw = (this.#left.yaw + this.#right.yaw) / 2 / GAZE_RANGE_DEG.horizontal;
    const pitch = (this.#left.pitch + this.#right.pitch) / 2 / GAZE_RANGE_DEG.vertical;
    // A weight of 1 is as far as this character looks; its own ranges say how far that is.
    this.#vrm.lookAt?.applier.applyYawPitch(yaw * LOOK_RANGE_DEG, -pitch * LOOK_RANGE_DEG);
  }
}

/**
 * Builds a rig from the bytes of a VRM file, which are copied where kept. Rejects with `unsupportedAvatarAsset` where it
 * cannot be read, is no VRM, or has nothing to speak with.
 */
export async function loadVrmRig(bytes: ArrayBuffer, shaping?: FaceShaping, mapping?: TargetMapping): Promise<VrmRig> {
  const gltf = await parseGltf(bytes, (parser) => new VRMLoaderPlugin(parser));
  const vrm = gltf.userData['vrm'] as Character | undefined;
  if (!vrm) {
    disposeTree(gltf.scene);
    throw new VisavisError('unsupportedAvatarAsset', 'The file is a GLB without a VRM character in it; export it as VRM, or use it as rig type "glb".');
  }
  const rig = new VrmRig(vrm, shaping, mapping);
  if (rig.speech !== 'none') return rig;
  rig.dispose();
  throw new VisavisError('unsupportedAvatarAsset', 'The VRM character has no expression that opens its mouth; give it the presets aa, ih, ou, ee and oh.');
}

function bonesOf({ humanoid }: Character, names: readonly BoneName[] = Object.keys(BONES) as BoneName[]): Bones {
  const nodes = names.map((name) => [name, humanoid.getRawBoneNode(BONES[name])] as const);
  return Object.fromEntries(nodes.filter(([, node]) => node !== null)) as Bones;
}

/** The file says where its eyes are even where it has no bones for them. */
function eyesOf({ lookAt }: Character, { leftEye, rightEye }: Bones): Vector3 | undefined {
  if ((leftEye && rightEye) || !lookAt) return undefined;
  return lookAt.getLookAtWorldPosition(new Vector3());
}
