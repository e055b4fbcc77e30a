/** How an avatar stands before anybody moves it: arms down, the origin between the eyes. */
import { Quaternion, Vector3, type Object3D } from 'three';
import type { Bones } from './bones.js';

/** An origin further from the eyes than this is somewhere else by intent: at the feet, as a rule. In metres. */
const EYES_NEAR = 0.1;
/** The same for a head without eye bones, whose eyes can only be guessed. */
const HEAD_NEAR = 0.3;
/** Where an adult's eyes are from the joint at the top of the spine, in metres. */
const EYES_FROM_HEAD = new Vector3(0, 0.08, 0.08);

/** Arms that point lower than this (y of their direction) hang already. */
const HANGING = -0.75;
/** Directions of arms that hang at ease, of the left side. */
const ARM = new Vector3(0.24, -0.97, 0.02).normalize();
const FOREARM = new Vector3(0.1, -0.97, 0.22).normalize();

/** Lowers the arms of a T-pose or A-pose. `root`'s matrices are brought up to date. */
export function lowerArms(root: Object3D, bones: Bones): void {
  root.updateMatrixWorld(true);
  point(bones.leftArm, bones.leftForearm, ARM);
  point(bones.rightArm, bones.rightForearm, mirrored(ARM));
  point(bones.leftForearm, bones.leftHand, FOREARM);
  point(bones.rightForearm, bones.rightHand, mirrored(FOREARM));
}

/** Turns `node` so that `end` below it is seen from it in `direction`. */
function point(node: Object3D | undefined, end: Object3D | undefined, direction: Vector3): void {
  if (!node?.parent || !end) return;
  const now = end.getWorldPosition(new Vector3()).sub(node.getWorldPosition(new Vector3())).normalize();
  if (now.y < HANGING || now.lengthSq() === 0) return;
  const turn = new Quaternion().setFromUnitVectors(now, direction);
  const parent = node.parent.getWorldQuaternion(new Quaternion());
  node.quaternion.premultiply(turn.multiply(parent)).premultiply(parent.invert());
  node.updateMatrixWorld(true);
}

function mirrored({ x, y, z }: Vector3): Vector3 {
  return new Vector3(-x, y, z);
}

/**
 * Moves the whole avatar so that the middle of its eyes is the origin, unless it is near there already. `eyes` says
 * where they are when bones do not. `root`'s matrices are brought up to date.
 */
export function putOriginBetweenEyes(root: Object3D, { leftEye, rightEye, head }: Bones, eyes?: Vector3): void {
  root.updateMatrixWorld(true);
  const place = new Vector3();
  if (eyes || (leftEye && rightEye)) {
    place.copy(eyes ?? leftEye!.getWorldPosition(place).lerp(rightEye!.getWorldPosition(new Vector3()), 0.5));
    if (place.length() > EYES_NEAR) root.position.sub(place);
  } else if (head?.getWorldPosition(place) && place.length() > HEAD_NEAR) {
    root.position.sub(place.add(EYES_FROM_HEAD));
  }
  root.updateMatrixWorld(true);
}
