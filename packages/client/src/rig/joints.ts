import { readGaze, type Gaze, type Pose } from '@visavis/face';
import { Euler, Quaternion, type Object3D, type Vector3 } from 'three';

const RADIANS_PER_DEGREE = Math.PI / 180;

/** The neck takes its part of a turn, as vertebrae do; the skull takes the rest. */
const NECK_SHARE = 0.4;

const turn = new Quaternion();
const angles = new Euler(0, 0, 0, 'YXZ');

/** A node that turns and shifts from its place at rest. */
class Joint {
  readonly #node: Object3D;
  readonly #restTurn: Quaternion;
  readonly #restPlace: Vector3;

  constructor(node: Object3D) {
    this.#node = node;
    this.#restTurn = node.quaternion.clone();
    this.#restPlace = node.position.clone();
  }

  turnTo(yaw: number, pitch: number, roll: number): void {
    this.#node.quaternion.copy(this.#restTurn).multiply(turn.setFromEuler(angles.set(pitch, yaw, roll, 'YXZ')));
  }

  shiftTo(translation: Float32Array, share: number): void {
    const { x, y, z } = this.#restPlace;
    this.#node.position.set(x + translation[0]! * share, y + translation[1]! * share, z + translation[2]! * share);
  }
}

/** Head and neck, which share the head's motion, and the two eyes, which follow the `eyeLook*` weights. */
export class Joints {
  readonly #chain: readonly { joint: Joint; share: number }[];
  readonly #leftEye: Joint | undefined;
  readonly #rightEye: Joint | undefined;
  readonly #gaze: Gaze = { yaw: 0, pitch: 0 };

  constructor(root: Object3D) {
    const head = find(root, /^head$/i);
    const neck = find(root, /^neck$/i);
    const neckShare = head ? NECK_SHARE : 1;
    this.#chain = [
      ...(neck ? [{ joint: neck, share: neckShare }] : []),
      ...(head ? [{ joint: head, share: neck ? 1 - NECK_SHARE : 1 }] : []),
    ];
    this.#leftEye = find(root, /^(eye_?left|left_?eye)$/i);
    this.#rightEye = find(root, /^(eye_?right|right_?eye)$/i);
  }

  apply({ values, rotation, translation }: Pose): void {
    for (const { joint, share } of this.#chain) {
      joint.turnTo(rotation[0]! * share, rotation[1]! * share, rotation[2]! * share);
      joint.shiftTo(translation, share);
    }
    this.#look(this.#leftEye, 'left', values);
    this.#look(this.#rightEye, 'right', values);
  }

  #look(eye: Joint | undefined, side: 'left' | 'right', values: Float32Array): void {
    const { yaw, pitch } = readGaze(values, side, this.#gaze);
    eye?.turnTo(yaw * RADIANS_PER_DEGREE, -pitch * RADIANS_PER_DEGREE, 0);
  }
}

/** The first node, from the root down, whose name matches. */
function find(root: Object3D, name: RegExp): Joint | undefined {
  let found: Object3D | undefined;
  root.traverse((node) => {
    if (!found && name.test(node.name)) found = node;
  });
  return found && new Joint(found);
}
