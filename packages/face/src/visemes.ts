import { createPose, type Pose } from './pose.js';
import { setShape, type Shape } from './shape.js';

/** The 15 visemes of the Oculus set in its order: silence, nine consonants and the five vowels aa, E, ih, oh, ou. */
export const VISEME_NAMES = ['sil', 'PP', 'FF', 'TH', 'DD', 'kk', 'CH', 'SS', 'nn', 'RR', 'aa', 'E', 'ih', 'oh', 'ou'] as const;

export type Viseme = (typeof VISEME_NAMES)[number];

/**
 * What each viseme does to the face when it is held as in clear speech. Set by eye and by the distance between the lips
 * on this project's avatar; relative sizes of jaw, rounding and spread as phonetics has them.
 */
const SHAPES: Readonly<Record<Viseme, Shape>> = {
  sil: {},
  // Pressing and rolling alone part the lips near the corners; what closes them over their whole width is the raised lower lip.
  PP: { jawOpen: 0.05, mouthClose: 0.05, mouthShrugLower: 0.25, mouthPress: 0.2, mouthRollLower: 0.15, mouthRollUpper: 0.1, mouthPucker: 0.08 },
  FF: { jawOpen: 0.1, mouthRollLower: 0.55, mouthUpperUp: 0.28, mouthShrugLower: 0.1 },
  TH: { jawOpen: 0.17, tongueOut: 0.85, mouthLowerDown: 0.15, mouthUpperUp: 0.12 },
  DD: { jawOpen: 0.13, tongueOut: 0.12, mouthLowerDown: 0.2, mouthUpperUp: 0.12 },
  kk: { jawOpen: 0.18, mouthLowerDown: 0.12, mouthUpperUp: 0.1 },
  CH: { jawOpen: 0.08, mouthFunnel: 0.45, mouthPucker: 0.3, mouthLowerDown: 0.12, mouthUpperUp: 0.08 },
  SS: { jawOpen: 0.04, mouthStretch: 0.3, mouthSmile: 0.1, mouthLowerDown: 0.35, mouthUpperUp: 0.15 },
  nn: { jawOpen: 0.17, tongueOut: 0.15, mouthLowerDown: 0.16, mouthUpperUp: 0.12 },
  RR: { jawOpen: 0.13, mouthFunnel: 0.25, mouthPucker: 0.3 },
  aa: { jawOpen: 0.5, mouthLowerDown: 0.15, mouthUpperUp: 0.1 },
  E: { jawOpen: 0.28, mouthStretch: 0.25, mouthSmile: 0.15, mouthLowerDown: 0.15, mouthUpperUp: 0.1 },
  ih: { jawOpen: 0.13, mouthStretch: 0.4, mouthSmile: 0.3, mouthLowerDown: 0.2, mouthUpperUp: 0.12 },
  oh: { jawOpen: 0.3, mouthFunnel: 0.4, mouthPucker: 0.35 },
  ou: { jawOpen: 0.1, mouthPucker: 0.85, mouthFunnel: 0.22 },
};

/** A new pose that holds one viseme and nothing else. */
export function visemePose(viseme: Viseme): Pose {
  const pose = createPose();
  setShape(pose.weights, SHAPES[viseme]);
  return pose;
}
