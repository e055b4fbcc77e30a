/**
 * The channels of a pose: ARKit's 52 blendshapes in the order of Apple's
 * `ARFaceAnchor.BlendShapeLocation` list (left eye, right eye, jaw, mouth, brows, cheeks, nose, tongue),
 * then head rotation and head translation.
 */
export const ARKIT_NAMES = [
  'eyeBlinkLeft', 'eyeLookDownLeft', 'eyeLookInLeft', 'eyeLookOutLeft', 'eyeLookUpLeft', 'eyeSquintLeft', 'eyeWideLeft',
  'eyeBlinkRight', 'eyeLookDownRight', 'eyeLookInRight', 'eyeLookOutRight', 'eyeLookUpRight', 'eyeSquintRight', 'eyeWideRight',
  'jawForward', 'jawLeft', 'jawRight', 'jawOpen',
  'mouthClose', 'mouthFunnel', 'mouthPucker', 'mouthLeft', 'mouthRight',
  'mouthSmileLeft', 'mouthSmileRight', 'mouthFrownLeft', 'mouthFrownRight',
  'mouthDimpleLeft', 'mouthDimpleRight', 'mouthStretchLeft', 'mouthStretchRight',
  'mouthRollLower', 'mouthRollUpper', 'mouthShrugLower', 'mouthShrugUpper',
  'mouthPressLeft', 'mouthPressRight', 'mouthLowerDownLeft', 'mouthLowerDownRight', 'mouthUpperUpLeft', 'mouthUpperUpRight',
  'browDownLeft', 'browDownRight', 'browInnerUp', 'browOuterUpLeft', 'browOuterUpRight',
  'cheekPuff', 'cheekSquintLeft', 'cheekSquintRight',
  'noseSneerLeft', 'noseSneerRight',
  'tongueOut',
] as const;

/**
 * Head rotation in radians, right-handed about the avatar's axes (x its left, y up, z forward), applied yaw, pitch, roll:
 * positive yaw turns to the avatar's left, positive pitch nods down, positive roll tips to the avatar's right.
 */
export const HEAD_ROTATION_NAMES = ['headYaw', 'headPitch', 'headRoll'] as const;

/** Head translation in metres along the avatar's left (x), up (y) and forward (z). */
export const HEAD_TRANSLATION_NAMES = ['headX', 'headY', 'headZ'] as const;

export const CHANNEL_NAMES = [...ARKIT_NAMES, ...HEAD_ROTATION_NAMES, ...HEAD_TRANSLATION_NAMES] as const;

export type ArkitName = (typeof ARKIT_NAMES)[number];
export type ChannelName = (typeof CHANNEL_NAMES)[number];

export const WEIGHT_COUNT = ARKIT_NAMES.length;
export const ROTATION_OFFSET = WEIGHT_COUNT;
export const TRANSLATION_OFFSET = WEIGHT_COUNT + 3;
export const CHANNEL_COUNT = CHANNEL_NAMES.length;

/** Index of every channel in `Pose.values`, by name. */
export const CHANNEL = Object.freeze(
  Object.fromEntries(CHANNEL_NAMES.map((name, index) => [name, index])) as Record<ChannelName, number>,
);
