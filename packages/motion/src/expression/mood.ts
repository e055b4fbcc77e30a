import { CHANNEL, type ArkitName } from '@visavis/face';
import type { Emotion, Expression } from './expression.js';

/** An emotion comes in over so much of the utterance. */
const RISE_MS = 400;

interface Look {
  /** Added to the weights at full intensity; both sides where the name has none. Nothing here parts closed lips. */
  readonly weights: Readonly<Record<string, number>>;
  /** Factor on how far accents of speech move head and brows. */
  readonly liveliness: number;
}

/** After the action units of Ekman and Friesen's basic emotions, at the strength of talking, not of a portrait. */
const LOOKS: Readonly<Record<Emotion, Look>> = {
  neutral: { weights: {}, liveliness: 1 },
  happy: { weights: { mouthSmile: 0.4, mouthDimple: 0.08, cheekSquint: 0.3, eyeSquint: 0.15, browOuterUp: 0.08, browInnerUp: 0.05 }, liveliness: 1.25 },
  sad: { weights: { mouthFrown: 0.32, mouthShrugLower: 0.08, browInnerUp: 0.5, browDown: 0.1, eyeSquint: 0.1 }, liveliness: 0.6 },
  angry: { weights: { browDown: 0.6, noseSneer: 0.18, eyeSquint: 0.25, mouthPress: 0.12, mouthFrown: 0.14, jawForward: 0.06, cheekSquint: 0.1 }, liveliness: 1.3 },
  surprised: { weights: { browInnerUp: 0.55, browOuterUp: 0.5, eyeWide: 0.45 }, liveliness: 1.25 },
  calm: { weights: { mouthSmile: 0.12, eyeSquint: 0.06, browInnerUp: 0.04 }, liveliness: 0.7 },
};

/** The emotion an utterance is spoken with, laid over its motion. Depends on the utterance's time alone, so a resumed one goes on alike. */
export class Mood {
  readonly #intensity: number;
  readonly #look: Look;
  readonly #weights: readonly (readonly [channel: number, weight: number])[];

  constructor({ emotion = 'neutral', intensity = 1 }: Expression) {
    this.#intensity = intensity;
    this.#look = LOOKS[emotion];
    this.#weights = Object.entries(this.#look.weights).flatMap(([name, weight]) => channelsOf(name).map((channel) => [channel, weight] as const));
  }

  /** Adds the emotion to a pose's weights, in place; none goes over 1. */
  apply(values: Float32Array, timeMs: number): void {
    const share = this.#shareAt(timeMs);
    for (const [channel, weight] of this.#weights) values[channel] = Math.min(1, values[channel]! + share * weight);
  }

  /** Factor on accents of head and brows. */
  livelinessAt(timeMs: number): number {
    return 1 + (this.#look.liveliness - 1) * this.#shareAt(timeMs);
  }

  #shareAt(timeMs: number): number {
    const t = Math.min(1, Math.max(0, timeMs / RISE_MS));
    return this.#intensity * t * t * (3 - 2 * t);
  }
}

/** The channel of a name, or the left and the right one. */
export function channelsOf(name: string): number[] {
  return (name in CHANNEL ? [name] : [`${name}Left`, `${name}Right`]).map((full) => CHANNEL[full as ArkitName]);
}
