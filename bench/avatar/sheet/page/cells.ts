/** What the sheets of one avatar show: poses by name, and how each is looked at. */
import { ARKIT_NAMES, CHANNEL, createPose, EMOTIONS, emotionPose, VISEME_NAMES, visemePose, writeGaze, type ChannelName, type Pose } from '@visavis/face';

export interface Cell {
  readonly name: string;
  readonly pose: Pose;
  /** Whether the camera looks at the whole head, the eyes or the mouth. */
  readonly at: 'head' | 'eyes' | 'mouth';
  /** From where, in degrees to the avatar's left. */
  readonly yawDeg: number;
}

export type SheetKind = 'front' | 'turned' | 'close' | 'shapes';

type Weights = Readonly<Partial<Record<ChannelName, number>>>;
const RADIAN = Math.PI / 180;
const ASIDE_DEG = 35;

const BLINK: Weights = { eyeBlinkLeft: 1, eyeBlinkRight: 1 };
const SMILE: Weights = { mouthSmileLeft: 0.8, mouthSmileRight: 0.8 };

/** Head poses at the ends of what people do while they talk. */
const TURNS: Readonly<Record<string, Weights>> = {
  'turn left': { headYaw: ASIDE_DEG * RADIAN }, 'turn right': { headYaw: -ASIDE_DEG * RADIAN },
  'look down': { headPitch: 20 * RADIAN }, 'look up': { headPitch: -20 * RADIAN }, tilt: { headRoll: 15 * RADIAN },
};

/** Shapes that meet in speech and in a laugh. */
const PAIRS: Readonly<Record<string, Weights>> = {
  'jaw + close': { jawOpen: 0.6, mouthClose: 0.6 },
  'jaw + smile': { jawOpen: 0.4, ...SMILE },
  'funnel + smile': { mouthFunnel: 0.6, mouthSmileLeft: 0.5, mouthSmileRight: 0.5 },
  'pucker + jaw': { mouthPucker: 0.8, jawOpen: 0.3 },
  'blink + squint': { ...BLINK, eyeSquintLeft: 0.8, eyeSquintRight: 0.8 },
  'blink + smile': { ...BLINK, ...SMILE, cheekSquintLeft: 0.6, cheekSquintRight: 0.6 },
  'frown + press': { mouthFrownLeft: 0.7, mouthFrownRight: 0.7, mouthPressLeft: 0.6, mouthPressRight: 0.6 },
  'upper + lower': { mouthUpperUpLeft: 0.8, mouthUpperUpRight: 0.8, mouthLowerDownLeft: 0.8, mouthLowerDownRight: 0.8 },
};

export function cellsOf(kind: SheetKind): Cell[] {
  if (kind === 'close') return closeUps();
  if (kind === 'shapes') return shapes();
  const yawDeg = kind === 'turned' ? ASIDE_DEG : 0;
  return expressions().map(([name, pose]) => ({ name, pose, at: 'head', yawDeg }));
}

function expressions(): (readonly [string, Pose])[] {
  return [
    ['neutral', createPose()],
    ...VISEME_NAMES.map((viseme) => [viseme, visemePose(viseme)] as const),
    ...EMOTIONS.filter((emotion) => emotion !== 'neutral').map((emotion) => [emotion, emotionPose(emotion)] as const),
    ['smile', poseOf(SMILE)], ['blink', poseOf(BLINK)],
    ['gaze left', gaze(22, 0)], ['gaze right', gaze(-22, 0)], ['gaze up', gaze(0, 16)], ['gaze down', gaze(0, -16)],
    ...entriesOf(TURNS),
  ];
}

function closeUps(): Cell[] {
  const eyes = [['neutral', createPose()], ['blink', poseOf(BLINK)], ['half blink', poseOf({ eyeBlinkLeft: 0.5, eyeBlinkRight: 0.5 })], ['gaze aside', gaze(20, 6)]] as const;
  const mouths = [['neutral', createPose()], ...(['PP', 'FF', 'TH', 'SS', 'aa', 'E', 'ou'] as const).map((viseme) => [viseme, visemePose(viseme)] as const), ['smile', poseOf(SMILE)], ['laugh', poseOf(PAIRS['jaw + smile']!)]] as const;
  const seen = (at: Cell['at'], poses: readonly (readonly [string, Pose])[], yawDeg: number): Cell[] => poses.map(([name, pose]) => ({ name, pose, at, yawDeg }));
  return [...seen('eyes', eyes, 0), ...seen('eyes', eyes, ASIDE_DEG), ...seen('mouth', mouths, 0), ...seen('mouth', mouths, ASIDE_DEG)].slice(0, 28);
}

function shapes(): Cell[] {
  const front = (name: string, pose: Pose): Cell => ({ name, pose, at: 'head', yawDeg: 0 });
  return [
    ...ARKIT_NAMES.map((name) => front(name, poseOf({ [name]: 1 }))),
    ...entriesOf(PAIRS).map(([name, pose]) => front(name, pose)),
    ...[45, 90, 135, 180].map((yawDeg) => ({ ...front(`from ${yawDeg} degrees`, createPose()), yawDeg })),
  ];
}

function entriesOf(all: Readonly<Record<string, Weights>>): (readonly [string, Pose])[] {
  return Object.entries(all).map(([name, weights]) => [name, poseOf(weights)]);
}

function poseOf(weights: Weights): Pose {
  const pose = createPose();
  for (const [name, value] of Object.entries(weights)) pose.values[CHANNEL[name as ChannelName]] = value;
  return pose;
}

function gaze(yaw: number, pitch: number): Pose {
  const pose = createPose();
  writeGaze({ yaw, pitch }, pose.values);
  return pose;
}
