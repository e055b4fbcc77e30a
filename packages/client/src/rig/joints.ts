import { readGaze, type Gaze, type Pose } from '@visavis/face';
import { Euler, Matrix3, Matrix4, Quaternion, Vector3, type Object3D } from 'three';
import { findBones, type Bones } from './bones.js';

const RADIANS_PER_DEGREE = Math.PI / 180;

/** The neck takes its part of a turn, as vertebrae do; the skull takes the rest. */
export const NECK_SHARE = 0.4;

/** How far a jaw bone drops when the mouth is open as wide as it goes, in radians. */
const JAW_DROP = 0.35;

const turn = new Quaternion();
const angles = new Euler(0, 0, 0, 'YXZ');
const shift = new Vector3();

/**
 * A node that turns and shifts from its place at rest, about the axes of the avatar whatever its own are: exporters
 * leave bones at rest in any orientation and scale. With P and W the orientations at rest of the parent and of the node
 * in the avatar's space, a turn T is the local orientation P⁻¹ T W; turns of the parents come on top.
 */
class Joint {
  readonly #node: Object3D;
  readonly #fromAvatar: Quaternion;
  readonly #restTurn: Quaternion;
  readonly #restPlace: Vector3;
  readonly #shiftToLocal: Matrix3;

  /** `root` is the avatar at rest with its matrices up to date. */
  constructor(node: Object3D, root: Object3D) {
    const toAvatar = new Matrix4().copy(root.matrixWorld).invert().multiply(parentMatrix(node, root));
    const rest = new Quaternion();
    toAvatar.decompose(new Vector3(), rest, new Vector3());
    this.#node = node;
    this.#fromAvatar = rest.clone().invert();
    this.#restTurn = rest.multiply(node.quaternion);
    this.#restPlace = node.position.clone();
    this.#shiftToLocal = new Matrix3().setFromMatrix4(toAvatar).invert();
  }

  turnTo(yaw: number, pitch: number, roll: number): void {
    turn.setFromEuler(angles.set(pitch, yaw, roll, 'YXZ'));
    this.#node.quaternion.copy(this.#fromAvatar).multiply(turn).multiply(this.#restTurn);
  }

  shiftTo(translation: Float32Array, share: number): void {
    shift.set(translation[0]! * share, translation[1]! * share, translation[2]! * share).applyMatrix3(this.#shiftToLocal);
    this.#node.position.copy(this.#restPlace).add(shift);
  }
}

/** The node itself where it is the whole avatar: its space is the avatar's. */
function parentMatrix(node: Object3D, root: Object3D): Matrix4 {
  return node === root || !node.parent ? root.matrixWorld : node.parent.matrixWorld;
}

/**
 * Head and neck, which share the head's motion, the two eyes, which follow the `eyeLook*` weights, and the jaw for a
 * face that has no shape to open its mouth. An avatar without head and neck moves as a whole.
 */
export class Joints {
  readonly #chain: readonly { joint: Joint; share: number }[];
  readonly #leftEye: Joint | undefined;
  readonly #rightEye: Joint | undefined;
  readonly #jaw: Joint | undefined;
  readonly #gaze: Gaze = { yaw: 0, pitch: 0 };

  /** `root` is at rest, with its matrices up to date. */
  constructor(root: Object3D, { head, neck, leftEye, rightEye, jaw }: Bones = findBones(root)) {
    const jointOf = (node: Object3D | undefined): Joint | undefined => node && new Joint(node, root);
    this.#chain = shares(head, neck, root).map(([node, share]) => ({ joint: new Joint(node, root), share }));
    this.#leftEye = jointOf(leftEye);
    this.#rightEye = jointOf(rightEye);
    this.#jaw = jointOf(jaw);
  }

  get hasJaw(): boolean {
    return this.#jaw !== undefined;
  }

  apply({ values, rotation, translation }: Pose): void {
    for (let i = 0; i < this.#chain.length; i++) {
      const { joint, share } = this.#chain[i]!;
      joint.turnTo(rotation[0]! * share, rotation[1]! * share, rotation[2]! * share);
      joint.shiftTo(translation, share);
    }
    this.#look(this.#leftEye, 'left', values);
    this.#look(this.#rightEye, 'right', values);
  }

  /** Opens the jaw bone; `aperture` is 0..1. */
  openJaw(aperture: number): void {
    this.#jaw?.turnTo(0, aperture * JAW_DROP, 0);
  }

  #look(eye: Joint | undefined, side: 'left' | 'right', values: Float32Array): void {
    if (!eye) return;
    const { yaw, pitch } = readGaze(values, side, this.#gaze);
    eye.turnTo(yaw * RADIANS_PER_DEGREE, -pitch * RADIANS_PER_DEGREE, 0);
  }
}

function shares(head: Object3D | undefined, neck: Object3D | undefined, root: Object3D): (readonly [Object3D, number])[] {
  if (head && neck) return [[neck, NECK_SHARE], [head, 1 - NECK_SHARE]];
  return [[head ?? neck ?? root, 1]];
}
