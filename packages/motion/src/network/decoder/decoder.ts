import { CHANNEL, CHANNEL_COUNT, clampChannels } from '@visavis/face';
import { LipTimeline, Mood, Prosody, type Expression, type SpeechTimes } from '../../expression/index.js';
import { ARTICULATORS, FRAME_RATE_HZ, MOTION_CHANNELS, VISEMES, type NetworkFrame } from '../frame.js';
import { Contact, type ContactRules } from './contact.js';
import { addArticulation, addAsymmetry, coupleSmile, enforceContacts, roundLips, SOURCES, writeBase, type Sources } from './mouth.js';
import { ramp, unit } from './ramp.js';
import { Tracker } from './tracker.js';

/**
 * When lips are taken to meet: the mean of the closure curve and the viseme's probability. The thresholds go with the
 * weights: set them by `bench:motion` when those change.
 */
export const CLOSURE: ContactRules = { on: 0.33, off: 0.26, attackMs: 10, releaseMs: 20 };
/** When the lower lip is taken to be at the teeth, likewise. */
export const LABIODENTAL: ContactRules = { on: 0.4, off: 0.28, attackMs: 12, releaseMs: 20 };
/** Inertia of jaw and lips. */
const JAW_MS = 40;
const LIPS_MS = 20;
/** Over these probabilities of silence the lips may rest in speech. */
const SILENCE_FROM = 0.5;
const SILENCE_TO = 0.9;

const SMILE = MOTION_CHANNELS.indexOf('mouthSmile');
const [SIL, PP, FF] = [VISEMES.indexOf('sil'), VISEMES.indexOf('PP'), VISEMES.indexOf('FF')];
const [CLOSED, TUCKED] = [ARTICULATORS.indexOf('closure'), ARTICULATORS.indexOf('labiodental')];

const PLACES = SOURCES.map((name) => {
  const viseme = VISEMES.findIndex((one) => one === name);
  return viseme >= 0 ? { name, of: 'viseme', at: viseme } : { name, of: 'articulator', at: ARTICULATORS.findIndex((one) => one === name) };
});

export interface PoseDecoderOptions {
  /** Motion fades in over these probabilities of voice; from the weights' manifest. */
  readonly voiceGate: readonly [number, number];
  /** What is known of the utterance, checked. Default nothing. */
  readonly expression?: Expression;
  /** Time of the first frame in the utterance. Default 0. */
  readonly originMs?: number;
}

/**
 * Network frames to poses, one for one: pose k is frame k's, and no later frame is waited for, so that the network's
 * look-ahead is the whole look-ahead. The captured channels are smoothed without lag; then what the lips touch is made to
 * touch and everything else to stay apart, under any emotion. Deterministic; silence is rest, exactly.
 */
export class PoseDecoder {
  readonly #voiceGate: readonly [number, number];
  readonly #originMs: number;
  readonly #expression: Expression;
  #known: LipTimeline;
  readonly #mood: Mood;
  readonly #prosody = new Prosody();
  readonly #trackers = MOTION_CHANNELS.map((name) => new Tracker(name === 'jawOpen' ? JAW_MS : LIPS_MS));
  readonly #sourceTrackers = SOURCES.map(() => new Tracker(LIPS_MS));
  readonly #sources = Object.fromEntries(SOURCES.map((name) => [name, 0])) as Sources;
  readonly #apart = new Tracker(LIPS_MS);
  readonly #lips = new Contact(CLOSURE);
  readonly #teeth = new Contact(LABIODENTAL);
  readonly #base = new Float32Array(MOTION_CHANNELS.length);
  #frames = 0;

  constructor({ voiceGate, expression = {}, originMs = 0 }: PoseDecoderOptions) {
    this.#voiceGate = voiceGate;
    this.#originMs = originMs;
    this.#expression = expression;
    this.#known = new LipTimeline(expression);
    this.#mood = new Mood(expression);
  }

  /** The pose of the next frame: 58 values that the caller owns. The frame is only read during the call. */
  push(frame: NetworkFrame): Float32Array {
    const timeMs = this.#originMs + (this.#frames++ * 1000) / FRAME_RATE_HZ;
    const values = new Float32Array(CHANNEL_COUNT);
    const { levelToPeak, voicing, pitch, arousal } = frame;
    const shown = ramp(frame.voice, ...this.#voiceGate);
    this.#prosody.advance({ speech: shown, levelToPeak, voicing, pitch, arousal }, this.#mood.livelinessAt(timeMs), values);
    this.#track(frame, shown);
    writeBase(this.#base, values);
    roundLips(this.#sources, values);
    addArticulation(this.#sources, values);
    addAsymmetry(values[CHANNEL.headYaw]! / WIDEST_YAW, values);
    this.#mood.apply(values, timeMs);
    coupleSmile(values);
    this.#touch(frame, shown, timeMs, values);
    clampChannels(values);
    return values;
  }

  /** More of what is known, for the frames to come. */
  tell(times: SpeechTimes): void {
    this.#known.tell(times);
  }

  /** Back to the state of a new decoder. */
  reset(): void {
    this.#known = new LipTimeline(this.#expression);
    for (const part of [this.#prosody, this.#apart, this.#lips, this.#teeth, ...this.#trackers, ...this.#sourceTrackers]) part.reset();
    this.#frames = 0;
  }

  #track({ motion, visemes, articulation }: NetworkFrame, shown: number): void {
    for (let i = 0; i < this.#trackers.length; i++) {
      this.#base[i] = unit(this.#trackers[i]!.advance(shown * unit(motion[i]!)));
    }
    for (let i = 0; i < PLACES.length; i++) {
      const { name, of, at } = PLACES[i]!;
      this.#sources[name] = unit(this.#sourceTrackers[i]!.advance(shown * (of === 'viseme' ? visemes : articulation)[at]!));
    }
    this.#base[SMILE] = Math.min(1, this.#base[SMILE]! + this.#prosody.smile);
  }

  #touch({ visemes, articulation, voicing, levelToPeak }: NetworkFrame, shown: number, timeMs: number, values: Float32Array): void {
    const closure = (articulation[CLOSED]! + visemes[PP]!) / 2;
    const tuck = (articulation[TUCKED]! + visemes[FF]!) / 2;
    const lips = this.#lips.advance(shown * closure, this.#known.contactAt('lips', timeMs));
    const teeth = this.#teeth.advance(shown * tuck, this.#known.contactAt('teeth', timeMs));
    const heard = shown * (1 - ramp(visemes[SIL]!, SILENCE_FROM, SILENCE_TO));
    const spoken = this.#known.spokenAt(timeMs);
    const apart = unit(this.#apart.advance(spoken ? 1 : heard));
    // A stop is silent behind the lips and swells the cheeks; a murmur has its way out through the nose.
    const murmur = voicing * ramp(levelToPeak, -25, -10);
    enforceContacts({ lips, teeth, apart }, 1 - murmur, values);
  }
}

/** A turn of the head, in radians, with which the mouth is as crooked as it gets. */
const WIDEST_YAW = 0.05;
