import { CHANNEL } from '@visavis/face';
import { Smoother } from './smoother.js';
import { BlinkHints } from './blink-hints.js';

const DEGREE = Math.PI / 180;

/** What is heard at one moment, 50 times a second. */
export interface Sound {
  /** How surely speech is heard, 0..1. */
  readonly speech: number;
  /** Level in dB against the voice's loudest. */
  readonly levelToPeak: number;
  /** How periodic, 0..1. */
  readonly voicing: number;
  /** Octaves over the voice's mean pitch; 0 where unvoiced. */
  readonly pitch: number;
  /** How excited it sounds, 0..1. */
  readonly arousal: number;
}

/**
 * What prosody does to the face besides articulation: stress and peaks of pitch move brows and head, excitement smiles with
 * cheeks and eyes, effort narrows the eyes, pauses are where blinks belong. Causal, and a function of the sound alone.
 *
 * Offsets over the client's own life, which drifts by 0.8, 0.6 and 0.5 degrees (yaw, pitch, roll): together near captured
 * speakers' standard deviations of 1.4, 1.2 and 0.9.
 */
export class Prosody {
  /** A smile that excitement brings, 0..0.14. */
  smile = 0;
  readonly #blinks = new BlinkHints();
  readonly #syllable = new Smoother(60);
  readonly #phrase = new Smoother(450);
  readonly #level = new Smoother(160);
  readonly #slowLevel = new Smoother(700);
  readonly #pitch = new Smoother(75);
  readonly #slowPitch = new Smoother(500);
  readonly #nod = new Smoother(70);
  readonly #brows = new Smoother(80);
  readonly #excitement = new Smoother(250);
  readonly #effort = new Smoother(160);
  /** Lets head and smile come home when speech ends, long before the slow means do. */
  readonly #presence = new Smoother(140);
  readonly #smoothers = [
    this.#syllable, this.#phrase, this.#level, this.#slowLevel, this.#pitch, this.#slowPitch, this.#nod, this.#brows, this.#excitement, this.#effort,
    this.#presence,
  ];

  reset(): void {
    this.smile = 0;
    this.#blinks.reset();
    for (const smoother of this.#smoothers) smoother.reset();
  }

  /** Moves one frame on, and writes brows, eyes and head rotation into a pose's 58 values. `liveliness` scales accents. */
  advance(sound: Sound, liveliness: number, values: Float32Array): void {
    const { speech, levelToPeak, arousal } = sound;
    const loud = speech * ramp(levelToPeak, -30, 0);
    const stress = this.#syllable.advance(loud) - 0.75 * this.#phrase.advance(loud);
    const pitch = this.#pitch.advance(this.#heardPitch(sound));
    const contour = pitch - this.#slowPitch.advance(pitch);
    const swell = this.#level.advance(loud);
    const breath = swell - this.#slowLevel.advance(swell);
    const accent = 0.6 * ramp(stress, 0.1, 0.5) + 0.6 * ramp(contour, 0.04, 0.3);

    const presence = this.#presence.advance(speech);
    const excitement = presence * this.#excitement.advance(speech * ramp(arousal, 0.35, 0.85));
    const effort = this.#effort.advance(speech * ramp(arousal, 0.5, 0.9) * ramp(levelToPeak, -12, 0));
    this.smile = 0.14 * excitement;
    const brow = liveliness * this.#brows.advance(Math.min(1, accent));
    this.#writeEyes(brow, effort, excitement, values);
    values[CHANNEL.eyeBlinkLeft] = values[CHANNEL.eyeBlinkRight] = this.#blinks.advance(speech);

    const turn = liveliness * DEGREE * presence;
    values[CHANNEL.headYaw] = turn * (YAW_PER_OCTAVE * contour - YAW_PER_SWELL * breath);
    values[CHANNEL.headPitch] = turn * (NOD * this.#nod.advance(ramp(stress, 0.05, 0.5)) - LIFT_PER_OCTAVE * contour);
    values[CHANNEL.headRoll] = turn * (ROLL_PER_SWELL * breath + ROLL_PER_OCTAVE * contour);
  }

  /** Errors of an octave are cut off; an unvoiced moment counts as the mean. */
  #heardPitch({ speech, voicing, pitch }: Sound): number {
    return speech * ramp(voicing, 0.4, 0.7) * Math.max(-0.5, Math.min(0.5, pitch));
  }

  #writeEyes(brow: number, effort: number, excitement: number, values: Float32Array): void {
    values[CHANNEL.browInnerUp] = 0.24 * brow;
    values[CHANNEL.browOuterUpLeft] = values[CHANNEL.browOuterUpRight] = 0.17 * brow;
    values[CHANNEL.browDownLeft] = values[CHANNEL.browDownRight] = 0.16 * effort;
    values[CHANNEL.eyeWideLeft] = values[CHANNEL.eyeWideRight] = 0.12 * brow * (1 - effort);
    values[CHANNEL.eyeSquintLeft] = values[CHANNEL.eyeSquintRight] = 0.14 * effort + 0.06 * excitement;
    values[CHANNEL.cheekSquintLeft] = values[CHANNEL.cheekSquintRight] = 0.1 * effort + 0.1 * excitement;
  }
}

/** Degrees, set on speech so that head and idle drift together move as far as captured speakers' (see the class). */
const YAW_PER_OCTAVE = 12;
const YAW_PER_SWELL = 4;
const NOD = 3.2;
const LIFT_PER_OCTAVE = 5;
const ROLL_PER_SWELL = 5.5;
const ROLL_PER_OCTAVE = 1;

function ramp(value: number, from: number, to: number): number {
  const t = (value - from) / (to - from);
  return t > 0 ? Math.min(1, t) : 0;
}
