/** A face moved by hand, over the pose that it would have. Knows no page: the panel beside this file is its surface. */
import {
  CHANNEL, copyPose, createPose, emotionPose, MASK, VISEME_NAMES, visemePose, WEIGHT_COUNT, writeGaze,
  type ChannelMask, type ChannelName, type Emotion, type Pose, type Viseme,
} from '@visavis/face';

/** Time in which what was chosen is nearly (1 - 1/e) there. */
const EASE_MS = 60;
/** In the round of all visemes, each is held this long. */
export const ROUND_STEP_MS = 700;

const VISEME_POSES = new Map(VISEME_NAMES.map((viseme) => [viseme, visemePose(viseme)]));
const SPEECH = Array.from(MASK.speech.keys()).filter((i) => MASK.speech[i]);

/** What a hand does to a face: sliders hold channels, a viseme holds the mouth, an emotion lies over all. */
export class HandPose {
  /** False: the face rests, but for what the hand does. */
  isAlive = true;
  readonly #held: ChannelMask = new Uint8Array(MASK.all.length);
  readonly #values = createPose();
  readonly #out = createPose();
  readonly #mouth = createPose();
  readonly #emotion = createPose();
  readonly #gaze = { yaw: 0, pitch: 0 };
  #gazeHeld = false;
  #viseme: Viseme | undefined;
  #mouthShare = 0;
  #feeling: { readonly pose: Pose; readonly intensity: number } | undefined;
  #roundFromMs: number | undefined;
  #roundWished = false;
  #beforeMs: number | undefined;

  /** Holds one channel at `value`: 0..1 for a weight, radians and metres for the head. */
  hold(name: ChannelName, value: number): void {
    const channel = CHANNEL[name];
    this.#held[channel] = 1;
    this.#values.values[channel] = value;
  }

  /** Lets one channel go. */
  release(name: ChannelName): void {
    this.#held[CHANNEL[name]] = 0;
  }

  /** Turns the eyes, in degrees to the avatar's left and up; undefined lets them go. */
  look(gaze: { readonly yaw: number; readonly pitch: number } | undefined): void {
    this.#gazeHeld = gaze !== undefined;
    Object.assign(this.#gaze, gaze);
  }

  /** Holds a viseme, or nothing. */
  speak(viseme: Viseme | undefined): void {
    this.#viseme = viseme;
    this.#roundWished = false;
  }

  /** Goes once through all visemes. */
  speakAll(): void {
    this.#roundWished = true;
    this.#roundFromMs = undefined;
  }

  /** The viseme that is held now. */
  get viseme(): Viseme | undefined {
    return this.#viseme;
  }

  /** Feels one emotion, 0..1. */
  feel(emotion: Emotion, intensity: number): void {
    this.#feeling = emotion === 'neutral' ? undefined : { pose: emotionPose(emotion), intensity };
  }

  /** Lets everything go. */
  reset(): void {
    this.#held.fill(0);
    this.#gazeHeld = false;
    this.#feeling = undefined;
    this.isAlive = true;
    this.speak(undefined);
  }

  /** `pose` with what the hand does, in a pose of its own that is good until the next call. Allocates nothing. */
  shape(pose: Pose, nowMs: number): Pose {
    const ease = 1 - Math.exp(-(nowMs - (this.#beforeMs ?? nowMs)) / EASE_MS);
    this.#beforeMs = nowMs;
    if (this.isAlive) copyPose(pose, this.#out);
    else this.#out.values.fill(0);
    if (this.#roundWished) this.#advanceRound(nowMs);
    this.#addEmotion(ease);
    this.#addViseme(ease);
    if (this.#gazeHeld) writeGaze(this.#gaze, this.#out.values);
    const { values } = this.#out;
    for (let i = 0; i < values.length; i++) if (this.#held[i] === 1) values[i] = this.#values.values[i]!;
    return this.#out;
  }

  #advanceRound(nowMs: number): void {
    this.#roundFromMs ??= nowMs;
    const step = Math.floor((nowMs - this.#roundFromMs) / ROUND_STEP_MS);
    this.#viseme = VISEME_NAMES[step];
    if (this.#viseme === undefined) this.#roundWished = false;
  }

  #addViseme(ease: number): void {
    const target = this.#viseme && VISEME_POSES.get(this.#viseme);
    this.#mouthShare += ((target ? 1 : 0) - this.#mouthShare) * ease;
    const { values } = this.#out;
    for (let k = 0; k < SPEECH.length; k++) {
      const i = SPEECH[k]!;
      if (target) this.#mouth.values[i] = this.#mouth.values[i]! + (target.values[i]! - this.#mouth.values[i]!) * ease;
      values[i] = values[i]! + (this.#mouth.values[i]! - values[i]!) * this.#mouthShare;
    }
  }

  #addEmotion(ease: number): void {
    const { weights } = this.#out;
    for (let i = 0; i < WEIGHT_COUNT; i++) {
      const target = this.#feeling ? this.#feeling.pose.weights[i]! * this.#feeling.intensity : 0;
      this.#emotion.weights[i] = this.#emotion.weights[i]! + (target - this.#emotion.weights[i]!) * ease;
      weights[i] = Math.min(1, weights[i]! + this.#emotion.weights[i]!);
    }
  }
}

