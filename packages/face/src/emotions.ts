import { createPose, type Pose } from './pose.js';
import { setShape, type Shape } from './shape.js';

/** What a face may feel. `neutral` changes nothing. */
export const EMOTIONS = ['neutral', 'happy', 'sad', 'angry', 'surprised', 'calm'] as const;
export type Emotion = (typeof EMOTIONS)[number];

/** After the action units of Ekman and Friesen's basic emotions, at the strength of talking, not of a portrait. Nothing here parts closed lips. */
const SHAPES: Readonly<Record<Emotion, Shape>> = {
  neutral: {},
  happy: { mouthSmile: 0.55, mouthDimple: 0.1, cheekSquint: 0.42, eyeSquint: 0.2, browOuterUp: 0.1, browInnerUp: 0.06 },
  sad: { mouthFrown: 0.45, mouthShrugLower: 0.1, browInnerUp: 0.75, browDown: 0.12, eyeSquint: 0.14 },
  angry: { browDown: 0.85, noseSneer: 0.28, eyeSquint: 0.35, mouthPress: 0.16, mouthFrown: 0.2, jawForward: 0.08, cheekSquint: 0.14 },
  surprised: { browInnerUp: 0.75, browOuterUp: 0.7, eyeWide: 0.6 },
  calm: { mouthSmile: 0.12, eyeSquint: 0.06, browInnerUp: 0.04 },
};

/** A new pose that holds one emotion at full intensity and nothing else. */
export function emotionPose(emotion: Emotion): Pose {
  const pose = createPose();
  setShape(pose.weights, SHAPES[emotion]);
  return pose;
}
