/** The pictures of the sheets, in metres of an avatar whose origin lies between its eyes. */
import type { Shot } from './camera-man.js';

const MOUTH = { target: [0, -0.071, 0.085] as const, heightM: 0.074, faceOnly: true };

export const HEAD: Shot = { target: [0, -0.03, 0.02], heightM: 0.29, yawDeg: 0, width: 168, height: 212, faceOnly: false };
export const MOUTH_FRONT: Shot = { ...MOUTH, yawDeg: 0, width: 138, height: 104 };
export const MOUTH_ASIDE: Shot = { ...MOUTH, target: [0, -0.071, 0.07], yawDeg: 40, width: 138, height: 104 };
export const MOUTH_SMALL: Shot = { ...MOUTH, target: [0, -0.066, 0.085], heightM: 0.058, yawDeg: 0, width: 96, height: 74 };
