import { CHANNEL, type ArkitName } from '@visavis/face';
import type { TargetMapping } from '../face-plan.js';
import { FaceSignals } from '../face-signals.js';
import type { Character, Expression } from './character.js';

/** What of a face makes up one of VRM's emotions: shares of weights, less a threshold below which speech and idle life stay. */
interface Mood {
  readonly name: 'happy' | 'angry' | 'sad' | 'surprised';
  readonly shares: readonly (readonly [weight: ArkitName, share: number])[];
  readonly threshold: number;
}

/** Drawn emotions are strong, and some shut the eyes: they are never shown whole. */
const MOST = 0.7;

const MOODS: readonly Mood[] = [
  { name: 'happy', shares: [['mouthSmileLeft', 0.9], ['mouthSmileRight', 0.9]], threshold: 0.35 },
  { name: 'angry', shares: [['browDownLeft', 0.7], ['browDownRight', 0.7]], threshold: 0.2 },
  { name: 'sad', shares: [['mouthFrownLeft', 0.7], ['mouthFrownRight', 0.7], ['browInnerUp', 0.6], ['browOuterUpLeft', -0.5], ['browOuterUpRight', -0.5]], threshold: 0.2 },
  { name: 'surprised', shares: [['eyeWideLeft', 0.5], ['eyeWideRight', 0.5], ['browOuterUpLeft', 0.35], ['browOuterUpRight', 0.35]], threshold: 0.2 },
];

interface BoundMood {
  readonly expression: Expression;
  readonly channels: Uint8Array;
  readonly shares: Float32Array;
  readonly threshold: number;
}

/**
 * Connects weights to a character's expressions: all 52 where it has them (Perfect Sync), else its vowels, blinks and
 * emotions. Expressions may be called as anything that aliases.ts reads.
 */
export class Expressions {
  readonly signals: FaceSignals;
  readonly #bound: readonly { expression: Expression; source: number }[];
  readonly #moods: readonly BoundMood[];

  constructor(manager: NonNullable<Character['expressionManager']>, mapping?: TargetMapping) {
    const { expressionMap } = manager;
    const names = Object.keys(expressionMap);
    this.signals = new FaceSignals(names, mapping);
    const { signals, speech } = this.signals.plan;
    this.#bound = this.signals.targetsOf(names).map((name) => ({ expression: expressionMap[name]!, source: signals.get(name)! }));
    this.#moods = speech === 'arkit' ? [] : MOODS.flatMap((mood) => bindMood(mood, expressionMap));
  }

  /** Whether the eyes turn by expressions of their own, which move something. */
  get turnsEyes(): boolean {
    return this.#bound.some(({ expression, source }) => source === CHANNEL.eyeLookOutLeft && expression.binds.length > 0);
  }

  apply(weights: Float32Array): void {
    this.signals.set(weights);
    for (let i = 0; i < this.#bound.length; i++) this.#bound[i]!.expression.weight = this.signals.values[this.#bound[i]!.source]!;
    for (let i = 0; i < this.#moods.length; i++) this.#moods[i]!.expression.weight = strengthOf(this.#moods[i]!, weights);
  }
}

function bindMood({ name, shares, threshold }: Mood, expressions: Readonly<Record<string, Expression>>): BoundMood[] {
  const expression = Object.hasOwn(expressions, name) ? expressions[name] : undefined;
  if (!expression) return [];
  const channels = Uint8Array.from(shares, ([weight]) => CHANNEL[weight]);
  return [{ expression, channels, shares: Float32Array.from(shares, ([, share]) => share), threshold }];
}

function strengthOf({ channels, shares, threshold }: BoundMood, weights: Float32Array): number {
  let sum = -threshold;
  for (let i = 0; i < channels.length; i++) sum += weights[channels[i]!]! * shares[i]!;
  return sum > 0 ? Math.min(MOST, sum) : 0;
}
