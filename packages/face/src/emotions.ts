import { createPose, type Pose } from './pose.js';
import { setShape, type Shape } from './shape.js';

/** What a face may feel. `neutral` changes nothing. */
export const EMOTIONS = ['neutral', 'happy', 'sad', 'angry', 'surprised', 'calm'] as const;
export type Emotion = (typeof EMOTIONS)[number];

/** After the action units of Ekman and Friesen's basic emotions, at the strength of talking, not of a portrait. Nothing here parts closed lips. */
const SHAPES: Readonly<Record<Emotion, Shape>> = {
  neutral: {},
  happy: { mouthSmile: 0.4, mouthDimple: 0.08, cheekSquint: 0.3, eyeSquint: 0.15, browOuterUp: 0.08, browInnerUp: 0.05 },
  sad: { mouthFrown: 0.32, mouthShrugLower: 0.08, browInnerUp: 0.5, browDown: 0.1, eyeSquint: 0.1 },
  angry: { browDown: 0.6, noseSneer: 0.18, eyeSquint: 0.25, mouthPress: 0.12, mouthFrown: 0.14, jawForward: 0.06, cheekSquint: 0.1 },
  surprised: { browInnerUp: 0.55, browOuterUp: 0.5, eyeWide: 0.45 },
  calm: { mouthSmile: 0.12, eyeSquint: 0.06, browInnerUp: 0.04 },
};

/** A new pose that holds one emotion at full intensity and nothing else. */
export function emotionPose(emotion: Emotion): Pose {
  const pose = createPose();
  setShape(pose.weights, SHAPES[emotion]);
  return pose;
}
