import {
  CHANNEL, CHANNEL_COUNT, IdleLife, MASK, copyPose, createPose, mixLayers, type ChannelMask, type Layer, type Pose,
} from '@visavis/face';
import type { MotionTrack } from './motion-track.js';
import { PresenceLook, type Presence } from './presence.js';

/** How long the face takes to ease from the last pose of speech to its own life. */
export const RELEASE_MS = 150;
/** How long it takes into speech: short, for the first frames matter. */
export const ATTACK_MS = 50;
/** An `eyeBlink` weight above this in the motion is a hint to blink. */
const BLINK_HINT = 0.5;

/** Speech being heard: its motion, and the time of it that is heard now. */
export interface HeardSpeech {
  readonly track: MotionTrack;
  readonly timeMs: number;
}

/**
 * Mixes what is shown: idle life always, the look of the presence, and the motion of the speech that is heard.
 * Whenever speech comes, goes, or changes to another utterance, it eases from the pose applied last, so nothing of a cut
 * utterance is asked for again. Allocates nothing per frame.
 */
export class PosePlayer {
  /** The time of the utterance shown in the last pose; undefined where it shows none. */
  sampledMs: number | undefined;
  readonly #seed: number;
  readonly #look = new PresenceLook();
  readonly #speech = createPose();
  readonly #mixed = createPose();
  readonly #from = createPose();
  readonly #applied = createPose();
  readonly #mouth: Layer & { mask: ChannelMask };
  readonly #offsets: Layer & { mask: ChannelMask };
  readonly #layers: Layer[];
  #life: IdleLife | undefined;
  #lifeLayer: Layer | undefined;
  #masks: SplitMask | undefined;
  #track: MotionTrack | undefined;
  #lastMs: number | undefined;
  #fadeStartMs = -Infinity;
  #fadeMs = 0;
  #eyesShut = false;

  /** The same seed gives the same idle life. */
  constructor(seed = 1) {
    this.#seed = seed;
    const none = new Uint8Array(CHANNEL_COUNT);
    this.#mouth = { pose: this.#speech, mask: none, mode: 'replace', weight: 0 };
    this.#offsets = { pose: this.#speech, mask: none, mode: 'add', weight: 0 };
    this.#layers = [...this.#look.layers, this.#mouth, this.#offsets];
  }

  set presence(presence: Presence) {
    this.#look.presence = presence;
  }

  /** The pose to show at `nowMs` (not going back); the same object every time. */
  poseAt(nowMs: number, heard: HeardSpeech | undefined): Pose {
    const life = this.#advanceLife(nowMs);
    this.#look.advance(nowMs);
    const mask = heard?.track.sample(heard.timeMs, this.#speech);
    this.sampledMs = mask && heard ? heard.timeMs : undefined;
    this.#changeTo(mask ? heard?.track : undefined, nowMs);
    this.#setSpeech(mask);
    if (mask) this.#hintBlink(life, nowMs);
    mixLayers(this.#layers, this.#mixed);
    this.#lastMs = nowMs;
    return this.#fade(nowMs);
  }

  #advanceLife(nowMs: number): IdleLife {
    this.#life ??= new IdleLife({ seed: this.#seed, startMs: nowMs });
    const pose = this.#life.advance(nowMs);
    if (!this.#lifeLayer) {
      this.#lifeLayer = { pose, mask: this.#life.mask, mode: 'replace', weight: 1 };
      this.#layers.unshift(this.#lifeLayer);
      copyPose(pose, this.#applied);
    }
    return this.#life;
  }

  #changeTo(track: MotionTrack | undefined, nowMs: number): void {
    if (track === this.#track) return;
    this.#track = track;
    copyPose(this.#applied, this.#from);
    // Counted from the moment that pose was shown: where frames are slow, easing must not wait for one of them.
    this.#fadeStartMs = this.#lastMs ?? nowMs;
    this.#fadeMs = track ? ATTACK_MS : RELEASE_MS;
  }

  #setSpeech(mask: ChannelMask | undefined): void {
    this.#mouth.weight = this.#offsets.weight = mask ? 1 : 0;
    if (!mask) return;
    if (this.#masks?.of !== mask) this.#masks = splitMask(mask);
    this.#mouth.mask = this.#masks.mouth;
    this.#offsets.mask = this.#masks.offsets;
  }

  #hintBlink(life: IdleLife, nowMs: number): void {
    const shut = this.#speech.values[CHANNEL.eyeBlinkLeft]! > BLINK_HINT;
    if (shut && !this.#eyesShut) life.blink(nowMs);
    this.#eyesShut = shut;
  }

  /** Moves `applied` on from where the last change left it. Eyes are not part of it: their life has no seam. */
  #fade(nowMs: number): Pose {
    const t = this.#fadeMs > 0 ? Math.min(1, Math.max(0, (nowMs - this.#fadeStartMs) / this.#fadeMs)) : 1;
    const share = t * t * (3 - 2 * t);
    const { values } = this.#applied;
    for (let i = 0; i < CHANNEL_COUNT; i++) {
      const target = this.#mixed.values[i]!;
      values[i] = MASK.eyes[i] ? target : this.#from.values[i]! + (target - this.#from.values[i]!) * share;
    }
    return this.#applied;
  }
}

/** A chunk's channels by how they meet idle life: the mouth is the speech's alone, brows and head are offsets. */
interface SplitMask {
  readonly of: ChannelMask;
  readonly mouth: ChannelMask;
  readonly offsets: ChannelMask;
}

/** Blinks are left out of both: they are hints, and idle life makes them. */
function splitMask(of: ChannelMask): SplitMask {
  const mouth = of.map((on, i) => on & MASK.speech[i]!);
  const offsets = of.map((on, i) => on & (MASK.speech[i] ? 0 : 1));
  offsets[CHANNEL.eyeBlinkLeft] = offsets[CHANNEL.eyeBlinkRight] = 0;
  return { of, mouth, offsets };
}
