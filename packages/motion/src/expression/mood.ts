import { CHANNEL, emotionPose, type ArkitName, type Emotion } from '@visavis/face';
import type { Expression } from './expression.js';

/** An emotion comes in over so much of the utterance. */
const RISE_MS = 400;

/** Factor on how far accents of speech move head and brows. */
const LIVELINESS: Readonly<Record<Emotion, number>> = { neutral: 1, happy: 1.25, sad: 0.6, angry: 1.3, surprised: 1.25, calm: 0.7 };

/** The emotion an utterance is spoken with, laid over its motion. Depends on the utterance's time alone, so a resumed one goes on alike. */
export class Mood {
  readonly #intensity: number;
  readonly #liveliness: number;
  readonly #weights: readonly (readonly [channel: number, weight: number])[];

  constructor({ emotion = 'neutral', intensity = 1 }: Expression) {
    this.#intensity = intensity;
    this.#liveliness = LIVELINESS[emotion];
    this.#weights = [...emotionPose(emotion).weights.entries()].filter(([, weight]) => weight > 0);
  }

  /** Adds the emotion to a pose's weights, in place; none goes over 1. */
  apply(values: Float32Array, timeMs: number): void {
    const share = this.#shareAt(timeMs);
    for (const [channel, weight] of this.#weights) values[channel] = Math.min(1, values[channel]! + share * weight);
  }

  /** Factor on accents of head and brows. */
  livelinessAt(timeMs: number): number {
    return 1 + (this.#liveliness - 1) * this.#shareAt(timeMs);
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
