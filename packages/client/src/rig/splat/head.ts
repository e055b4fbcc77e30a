import type { Pose } from '@visavis/face';
import { Euler, Quaternion, Vector3 } from 'three';
import type { Bones } from '../bones.js';
import { NECK_SHARE } from '../joints.js';

/** Where a head turns when nothing says so: at the top of the spine of an adult whose eyes are the origin, in metres. */
const NECK = new Vector3(0, -0.14, -0.09);
const HEAD = new Vector3(0, -0.08, -0.08);

const angles = new Euler(0, 0, 0, 'YXZ');
const own = new Quaternion();
const shift = new Vector3();

/** A turn about the origin, then a shift. */
export interface Motion {
  readonly turn: Quaternion;
  readonly shift: Vector3;
}

/** What a pose does to the head and to the neck below it, as motions of the avatar's space. */
export class HeadMotion {
  readonly head: Motion = { turn: new Quaternion(), shift: new Vector3() };
  readonly neck: Motion = { turn: new Quaternion(), shift: new Vector3() };
  readonly #headPivot: Vector3;
  readonly #neckPivot: Vector3;

  /** `bones` are at rest with their matrices up to date. */
  constructor({ head, neck }: Bones) {
    this.#headPivot = head ? head.getWorldPosition(new Vector3()) : HEAD;
    this.#neckPivot = neck ? neck.getWorldPosition(new Vector3()) : NECK;
  }

  set({ rotation, translation }: Pose): void {
    const { head, neck } = this;
    turnAbout(neck, this.#neckPivot, rotation, translation, NECK_SHARE);
    turnAbout(head, this.#headPivot, rotation, translation, 1 - NECK_SHARE);
    // The neck takes the head along.
    head.shift.applyQuaternion(neck.turn).add(neck.shift);
    head.turn.premultiply(neck.turn);
  }
}

function turnAbout(out: Motion, pivot: Vector3, rotation: Float32Array, translation: Float32Array, share: number): void {
  own.setFromEuler(angles.set(rotation[1]! * share, rotation[0]! * share, rotation[2]! * share, 'YXZ'));
  out.turn.copy(own);
  out.shift.copy(pivot).sub(shift.copy(pivot).applyQuaternion(own));
  out.shift.add(shift.set(translation[0]!, translation[1]!, translation[2]!).multiplyScalar(share));
}
