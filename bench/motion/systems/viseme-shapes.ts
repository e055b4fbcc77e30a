/**
 * What an Oculus viseme does to the lips, as ARKit weights at viseme weight 1. The values are those HeadAudio's author
 * publishes for building the Oculus visemes of an avatar that has ARKit shapes (Mika Suominen, TalkingHead, MIT,
 * blender/build-visemes-from-arkit.py); both sides of the mouth alike. Nothing here was fitted to any recording.
 */
import { CHANNEL, CHANNEL_COUNT, type ArkitName } from '@visavis/face';

/** Left and Right are left off where both move. */
const SHAPES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  aa: { jawOpen: 0.6 },
  E: { jawOpen: 0.3, mouthPress: 0.8, mouthDimple: 1 },
  I: { jawOpen: 0.2, mouthPress: 0.6, mouthDimple: 0.6 },
  O: { jawOpen: 0.2, mouthPucker: 1, jawForward: 0.6 },
  U: { mouthFunnel: 1 },
  PP: { mouthRollLower: 0.8, mouthRollUpper: 0.8, mouthUpperUp: 0.3 },
  FF: { mouthRollLower: 1, mouthPucker: 1, mouthShrugUpper: 1, mouthLowerDown: 0.2, mouthDimple: 1 },
  TH: { jawOpen: 0.2, mouthRollUpper: 0.6, tongueOut: 0.4 },
  DD: { jawOpen: 0.2, mouthPress: 0.8, mouthFunnel: 0.5 },
  SS: { jawOpen: 0.1, mouthPress: 0.8, mouthLowerDown: 0.5 },
  CH: { jawOpen: 0.2, mouthPucker: 0.5 },
  RR: { jawOpen: 0.2, mouthPucker: 0.5 },
  kk: { jawOpen: 0.15, mouthFunnel: 0.3, mouthPucker: 0.3, mouthLowerDown: 0.4, mouthDimple: 0.3 },
  nn: { jawOpen: 0.15, mouthFunnel: 0.3, mouthPucker: 0.3, mouthLowerDown: 0.4, mouthDimple: 0.3, tongueOut: 0.2 },
  sil: {},
};

/** The pose of some visemes by name, `aa` to `sil`; weights add up, and none of the face exceeds 1. */
export function poseOfVisemes(visemes: Readonly<Record<string, number>>): Float32Array {
  const pose = new Float32Array(CHANNEL_COUNT);
  for (const [viseme, share] of Object.entries(visemes)) {
    for (const [name, value] of Object.entries(SHAPES[viseme] ?? {})) {
      for (const channel of name in CHANNEL ? [name] : [`${name}Left`, `${name}Right`]) pose[CHANNEL[channel as ArkitName]]! += share * value;
    }
  }
  return pose.map((value) => Math.min(1, value));
}
